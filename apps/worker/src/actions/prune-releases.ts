import { buildOf } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { hostCall } from '@fairlead/remote';
import { type Fleet, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { servedBuild } from './release-keys.ts';

/** How many releases stay on a server, the running one included. */
const keep = 5;

/** Removes releases beyond the newest few; never the one that is served. `fleet`: with what its backends serve now. */
export async function pruneReleases(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backends: readonly Backend[],
): Promise<void> {
  const removed = await inParallel(backends, async ({ id, serverId }) => {
    const client = await run.worker.hosts.client(serverOf(fleet, serverId));
    const served = await servedBuild(
      run,
      fleet.backends.find((backend) => backend.id === id)?.releaseId ?? null,
    );
    const app = fleet.app.slug;
    const [{ removed }, { releases: kept }] = await client.sequence(
      [
        hostCall('release.prune', { app, keep, keepIds: served === null ? [] : [served] }),
        hostCall('release.observe', { app }),
      ],
      { fence: run.fence(serverId) },
    );
    await rememberPruned(run, id, kept);
    return removed;
  });
  step.outcome(`${removed.reduce((sum, count) => sum + count, 0)} releases removed.`);
}

/** Notes which releases of a backend can't be rolled back to without building them anew. */
async function rememberPruned(run: Run, backendId: string, kept: readonly string[]): Promise<void> {
  const { prisma, clock } = run.worker;
  const rows = await prisma.release.findMany({ where: { backendId, prunedAt: null } });
  const gone = rows.filter((release) => !kept.includes(buildOf(release))).map(({ id }) => id);
  if (gone.length === 0) return;
  await prisma.release.updateMany({ where: { id: { in: gone } }, data: { prunedAt: clock() } });
}
