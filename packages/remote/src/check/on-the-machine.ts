import { AppError } from '@fairlead/errors';
import type { SshConnection } from '../connection.ts';
import type { Finding } from './connection-check.ts';
import { parseSystemRelease, supportedSystems, supportOf } from './supported-system.ts';

/** Whether the user is root or may use sudo without a password. Throws `sudo-missing`, telling its causes apart. */
export async function checkSudo(connection: SshConnection, signal?: AbortSignal): Promise<Finding> {
  const { target } = connection;
  const identity = await connection.exec(['id', '-u'], { signal });
  if (identity.code === 0 && identity.stdout.trim() === '0') return { detail: `${target.user} is root.` };
  const sudo = await connection.exec(['sudo', '-n', 'true'], { signal });
  if (sudo.code === 0) return { detail: `${target.user} may use sudo without a password.` };
  const said = sudo.stderr.trim().slice(0, 500);
  const [message, hint] = sudoFault(target.user, sudo.code, said);
  throw new AppError('sudo-missing', message, {
    server: target.name,
    hint,
    details: { code: sudo.code, stderr: said },
  });
}

function sudoFault(user: string, code: number | null, said: string): [message: string, hint: string] {
  const rule = `As root: echo '${user} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/90-${user} && chmod 440 /etc/sudoers.d/90-${user}`;
  if (code === 127 || /not found/.test(said)) {
    return ['sudo is not installed.', `As root: apt-get install -y sudo. Or add the server with user root.`];
  }
  if (/password is required|a terminal is required/.test(said))
    return [`sudo asks ${user} for a password.`, rule];
  if (/not in the sudoers|may not run sudo|not allowed/.test(said))
    return [`${user} may not use sudo.`, rule];
  return [`sudo does not work for ${user}: ${said || `it ended with code ${code}`}`, rule];
}

/** Which system it is, and that Python 3 is there for Ansible. Throws `system-unsupported`. */
export async function checkSystem(connection: SshConnection, signal?: AbortSignal): Promise<Finding> {
  const { target } = connection;
  const file = await connection.exec(['cat', '/etc/os-release'], { signal });
  const release = parseSystemRelease(file.stdout);
  const support = supportOf(release);
  const called = release.prettyName || 'This system';
  if (file.code !== 0 || support === 'unsupported') {
    throw new AppError('system-unsupported', `${called} is not supported.`, {
      server: target.name,
      hint: `Use a machine with ${supportedSystems}.`,
      details: { id: release.id, versionId: release.versionId },
    });
  }
  const python = await connection.exec(['/usr/bin/python3', '--version'], { signal });
  if (python.code !== 0) {
    throw new AppError('system-unsupported', `${called} has no Python 3, which Ansible needs.`, {
      server: target.name,
      hint: 'As root: apt-get install -y python3',
    });
  }
  const detail = `${called}, ${python.stdout.trim() || 'Python 3'}`;
  return support === 'supported'
    ? { detail }
    : { detail, fix: `Not tested on this version; tested: ${supportedSystems}.` };
}
