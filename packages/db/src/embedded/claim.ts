import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@fairlead/errors';
import { processIdentity } from './process-identity.ts';

/** All or nothing: nobody ever reads a half-written claim. */
async function place(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, content, { mode: 0o600 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Makes this process the only one that runs Postgres on the folder. A claim whose process is gone counts for nothing.
 *
 * @returns what gives the claim back
 * @throws AppError `conflict` where a living process has it
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, 'owner');
  const mine = (await processIdentity(process.pid)) ?? String(process.pid);
  for (let attempt = 0; !(await place(file, mine)); attempt += 1) {
    const owner = await readFile(file, 'utf8').catch(() => '');
    const pid = Number.parseInt(owner, 10);
    if (attempt === 3 || (pid > 0 && (await processIdentity(pid)) === owner)) {
      throw new AppError('conflict', `Another Fairlead (process ${pid}) runs the database in ${folder}.`, {
        hint: 'Stop that one first, or choose another data folder.',
      });
    }
    await rm(file, { force: true });
  }
  return () => rm(file, { force: true });
}
