import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '@fairlead/errors';
import { type DatabaseUser, mayEnter } from './database-user.ts';

/** Where an embedded database lives unless told otherwise: the system's place for root, else the working folder. */
export function defaultDataDir(): string {
  return process.getuid?.() === 0
    ? '/var/lib/fairlead/postgres'
    : join(process.cwd(), '.fairlead', 'postgres');
}

/** Lets the database's group pass a folder that root has closed (one of `mkdtemp`), without letting it read there. */
async function letPass(user: DatabaseUser, folder: string): Promise<void> {
  const { uid, mode } = await stat(folder);
  if (uid !== 0 || folder === homedir()) {
    throw new AppError('invalid-input', `The database's account may not pass ${folder}.`, {
      hint: 'Choose a data folder elsewhere, /var/lib/fairlead for example.',
    });
  }
  await chown(folder, uid, user.gid);
  await chmod(folder, (mode & 0o7707) | 0o010);
}

async function openWay(user: DatabaseUser, folder: string): Promise<void> {
  const parent = dirname(folder);
  if (parent !== folder) await openWay(user, parent);
  if (!(await mayEnter(user, folder))) await letPass(user, folder);
}

/**
 * Makes the data folder, and the way to it passable for the database's account.
 *
 * @throws AppError `invalid-input` where a folder on the way is closed and not ours to open
 */
export async function prepareFolder(dataDir: string, user: DatabaseUser | null): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (user !== null) await openWay(user, dataDir);
}
