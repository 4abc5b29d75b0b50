import { AppError } from '@fairlead/errors';
import { formatHostKey, hostKeyAlgorithms, parseHostKey } from '../host-key.ts';
import { maxJumps, type SshTarget } from '../target.ts';

/** The files that make OpenSSH reach one target and nothing else. Names are relative to the run's directory. */
export interface SshFiles {
  /** The alias by which the target is reached. */
  host: string;
  /** All aliases, the target first: each may leave a master connection to end. */
  aliases: string[];
  files: { name: string; text: string }[];
}

/**
 * An OpenSSH configuration for `target` and its jump hosts: pinned keys under aliases of our own, one identity each, no user's or system's
 * configuration. `directory` is absolute and short (a control socket's path has 104 bytes at most). Throws `host-key-unknown`, `invalid-input`.
 */
export function sshFiles(target: SshTarget, directory: string): SshFiles {
  const chain: SshTarget[] = [];
  for (let hop: SshTarget | undefined = target; hop; hop = hop.jump) {
    if (chain.length > maxJumps)
      throw new AppError('invalid-input', `More than ${maxJumps} jump hosts stand before ${target.name}.`);
    chain.push(hop);
  }
  const aliases = chain.map((_hop, index) => (index === 0 ? 'fairlead-target' : `fairlead-jump-${index}`));
  const config: string[] = [];
  const knownHosts: string[] = [];
  const files: SshFiles['files'] = [];
  for (const [index, hop] of chain.entries()) {
    if (hop.hostKey === null) {
      throw new AppError('host-key-unknown', `Nobody has confirmed the host key of ${hop.name} yet.`, {
        server: hop.name,
      });
    }
    const alias = aliases[index] as string;
    const key = parseHostKey(hop.hostKey);
    files.push({ name: `key-${index}`, text: `${hop.privateKey.reveal().trimEnd()}\n` });
    knownHosts.push(`${alias} ${formatHostKey(key.blob)}`);
    config.push(
      `Host ${alias}`,
      `  HostName ${safeWord(hop.address, 'address')}`,
      `  Port ${hop.port}`,
      `  User ${safeWord(hop.user, 'user')}`,
      `  HostKeyAlias ${alias}`,
      `  HostKeyAlgorithms ${hostKeyAlgorithms(key.type).join(',')}`,
      `  IdentityFile ${directory}/key-${index}`,
      ...(index + 1 < chain.length ? [`  ProxyJump ${aliases[index + 1]}`] : []),
    );
  }
  config.push(
    'Host *',
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    '  PreferredAuthentications publickey',
    '  StrictHostKeyChecking yes',
    '  UpdateHostKeys no',
    `  UserKnownHostsFile ${directory}/known_hosts`,
    '  GlobalKnownHostsFile /dev/null',
    '  BatchMode yes',
    '  ConnectTimeout 10',
    '  ServerAliveInterval 5',
    '  ServerAliveCountMax 3',
    '  ControlMaster auto',
    '  ControlPersist 30s',
    `  ControlPath ${directory}/%n`,
    '',
  );
  files.push(
    { name: 'ssh_config', text: config.join('\n') },
    { name: 'known_hosts', text: `${knownHosts.join('\n')}\n` },
  );
  return { host: 'fairlead-target', aliases, files };
}

function safeWord(value: string, field: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._:@-]*$/.test(value) && !/^::[0-9a-fA-F:.]+$/.test(value)) {
    throw new AppError('invalid-input', `The ${field} of the server holds letters that SSH does not take.`, {
      details: { field },
    });
  }
  return value;
}
