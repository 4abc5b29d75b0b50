import { accessSync, constants } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs `work` with a directory (0700) that is gone afterwards. Directories of the same `prefix` that a killed process left behind are taken away
 * first. Paths stay short: a control socket's has 104 bytes at most.
 */
export async function withPrivateDirectory<T>(
  root: string,
  prefix: string,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  await removeOrphans(root, prefix);
  const directory = await mkdtemp(join(root, `${prefix}-${process.pid}-`));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function removeOrphans(root: string, prefix: string): Promise<void> {
  for (const name of await readdir(root)) {
    const owner =
      name.startsWith(`${prefix}-`) && /^(\d+)-[A-Za-z0-9]{6}$/.exec(name.slice(prefix.length + 1))?.[1];
    if (owner && !isAlive(Number(owner)))
      await rm(join(root, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Where a key may lie for a moment: in memory where there is a shared-memory file system, so that it never reaches a disk. */
export function memoryRoot(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}
