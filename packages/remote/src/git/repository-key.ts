import { writeFile } from 'node:fs/promises';
import type { Secret } from '@fairlead/errors';
import { memoryRoot, withPrivateDirectory } from '../private-directory.ts';

/** What opens a private repository. */
export type RepositoryKey =
  | { type: 'token'; username: string; token: Secret }
  /** `hostKey`: the Git server's own, as `ssh-ed25519 AAAA…`. */
  | { type: 'key'; privateKey: Secret; hostKey: string };

/** How Git is told of a key: by the paths of files that only this user reads, in memory, gone after the work. */
export interface OpenedKey {
  /** For `credential.helper`. */
  credentialHelper: string | null;
  /** More options of `ssh`. */
  sshOptions: readonly string[];
  /** Takes the secret out of what Git printed. */
  hide: (text: string) => string;
}

const none: OpenedKey = { credentialHelper: null, sshOptions: [], hide: (text) => text };

/** The name under which the one key of `known_hosts` is looked for, whatever the server is called. */
const hostAlias = 'fairlead-repository';

/** Runs `work` with `key` laid out for Git that will ask `origin` (`https://host:port`). */
export async function withRepositoryKey<T>(
  key: RepositoryKey | null | undefined,
  origin: string,
  work: (opened: OpenedKey) => Promise<T>,
): Promise<T> {
  if (key == null) return await work(none);
  return await withPrivateDirectory(memoryRoot(), 'fairlead-git-key', async (directory) => {
    const keep = (name: string, text: string) => writeFile(`${directory}/${name}`, text, { mode: 0o600 });
    if (key.type === 'token') {
      const { username, token } = key;
      const login = [username, token.reveal()].map(encodeURIComponent).join(':');
      await keep('credentials', `${origin.replace('://', `://${login}@`)}\n`);
      return await work({
        credentialHelper: `store --file=${directory}/credentials`,
        sshOptions: [],
        hide: (text) =>
          text
            .replaceAll(token.reveal(), '[redacted]')
            .replaceAll(encodeURIComponent(token.reveal()), '[redacted]'),
      });
    }
    await keep('id', key.privateKey.reveal());
    await keep('known_hosts', `${hostAlias} ${key.hostKey}\n`);
    const options = [
      `IdentityFile=${directory}/id`,
      'IdentitiesOnly=yes',
      `HostKeyAlias=${hostAlias}`,
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile=${directory}/known_hosts`,
      'GlobalKnownHostsFile=/dev/null',
    ];
    return await work({ ...none, sshOptions: options.flatMap((option) => ['-o', option]) });
  });
}
