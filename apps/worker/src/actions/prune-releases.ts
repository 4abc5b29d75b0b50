import type { Backend } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run, StepTools } from '../runtime/run.ts';

/** How many releases stay on a server, the running one included. */
const keep = 5;

/** Removes releases beyond the newest few; never the one that is served. */
export async function pruneReleases(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backends: readonly Backend[],
): Promise<void> {
  const removed = await inParallel(backends, async ({ id, serverId }) => {
    const client = await run.worker.hosts.client(serverOf(fleet, serverId));
    const releaseId = fleet.backends.find((backend) => backend.id === id)?.releaseId ?? null;
    const result = await client.call(
      'release.prune',
      { app: fleet.app.slug, keep, keepIds: releaseId === null ? [] : [releaseId] },
      { fence: run.fence(serverId) },
    );
    return result.removed;
  });
  step.outcome(`${removed.reduce((sum, count) => sum + count, 0)} releases removed.`);
}
