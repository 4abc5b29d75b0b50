import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@fairlead/errors';
import { processIdentity, servesCluster } from './process-identity.ts';
import { shutdown } from './server-process.ts';

/** Above every number that Linux (4194304) and macOS (99999) give to a process. */
const nobodysPid = 4_194_305;
const lookEveryMs = 20;

async function gone(pid: number, identity: string, patienceMs: number): Promise<boolean> {
  for (const until = performance.now() + patienceMs; performance.now() < until; ) {
    if ((await processIdentity(pid)) !== identity) return true;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return false;
}

/**
 * Clears what an unclean end has left: stops a server of this very cluster that outlived who started it. A number in `postmaster.pid` that
 * belongs to a stranger by now is replaced, not the file removed: Postgres finds by the rest of it whether old backends still live.
 *
 * @throws AppError `conflict` where the old server does not end
 */
export async function clearLeftovers(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  const content = await readFile(file, 'utf8').catch(() => null);
  const pid = Number.parseInt(content ?? '', 10);
  if (content === null || !(pid > 0)) return;
  const identity = await processIdentity(pid);
  if (identity === null) return;
  if (!(await servesCluster(pid, cluster))) {
    await writeFile(file, content.replace(/^\d+/, String(nobodysPid)));
    return;
  }
  for (const [signal, patienceMs] of shutdown) {
    process.kill(pid, signal);
    if (await gone(pid, identity, patienceMs)) return;
  }
  throw new AppError('conflict', `An earlier Postgres (process ${pid}) in ${cluster} does not end.`);
}
