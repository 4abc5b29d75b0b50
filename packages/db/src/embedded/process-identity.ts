import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

async function ps(field: string, pid: number): Promise<string | null> {
  try {
    const { stdout } = await run('ps', ['-o', `${field}=`, '-p', String(pid)]);
    return stdout.trim();
  } catch {
    return null;
  }
}

/**
 * A process, told apart from a later one with the same number by the time at which it began.
 *
 * @returns `null` where there is no such process
 */
export async function processIdentity(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') {
    const began = await ps('lstart', pid);
    return began === null ? null : `${pid} ${began}`;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // proc(5): after the name in parentheses, which may hold anything, state is field 3 and the start time field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? null : `${pid} ${fields[19]}`;
}

/** Whether the process is a Postgres server of this cluster: servers live in their data folder. */
export async function servesCluster(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'linux') return (await readlink(`/proc/${pid}/cwd`).catch(() => null)) === cluster;
  return (await ps('command', pid))?.includes(cluster) ?? false;
}
