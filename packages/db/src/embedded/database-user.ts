import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '@fairlead/errors';

const run = promisify(execFile);

/** Postgres refuses to run as root: root lends it this account. */
export interface DatabaseUser {
  uid: number;
  gid: number;
}

/** Debian's own account for the same purpose is taken where it exists; else ours is made. */
const existingName = 'postgres';
const ownName = 'fairlead-postgres';

async function lookUp(name: string): Promise<DatabaseUser | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}

async function create(): Promise<DatabaseUser | null> {
  await run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    ownName,
  ]);
  return lookUp(ownName);
}

/**
 * The account that runs Postgres.
 *
 * @param cluster an existing cluster stays with its owner
 * @returns `null` where this process is not root: Postgres runs as whoever runs this
 * @throws AppError `system-unsupported` where root cannot make an account
 */
export async function databaseUser(cluster: string): Promise<DatabaseUser | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(cluster).catch(() => null);
  if (owner !== null && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const found = (await lookUp(existingName)) ?? (await lookUp(ownName));
  if (found !== null) return found;
  try {
    const created = await create();
    if (created !== null) return created;
    throw new Error(`useradd made no ${ownName}`);
  } catch (cause) {
    throw new AppError(
      'system-unsupported',
      'No account could be made for the embedded Postgres, which refuses to run as root.',
      {
        hint: `Create a system user named ${ownName}, or run Fairlead as an ordinary user.`,
        cause,
      },
    );
  }
}

/** Whether the user may pass every folder on the way to `path` (`path` itself included), by the mode bits. */
export async function mayEnter(user: DatabaseUser, path: string): Promise<boolean> {
  const { uid, gid, mode } = await stat(path);
  const execute = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  if ((mode & execute) === 0) return false;
  const parent = dirname(path);
  return parent === path || mayEnter(user, parent);
}
