import type { Backend } from '@fairlead/db';
import { AppError, toAppError } from '@fairlead/errors';
import { type Fleet, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import type { Rollout } from './backend-rollout.ts';
import { inTransaction, moveBackend } from './move.ts';
import { probeBackend } from './probe-backend.ts';
import { openReleases } from './releases.ts';
import { bringIn } from './roll-out.ts';
import { Builds } from './ship-build.ts';

/**
 * Brings the release that the primary serves onto each of these backends, side by side, and has the balancer find them healthy. None of them is in the
 * upstream yet. One that fails is marked with the reason, and fails the operation after the others have ended.
 */
export async function joinBackends(run: Run, fleet: Fleet, joining: readonly Backend[]): Promise<void> {
  if (joining.length === 0) return;
  const release = await servedRelease(run, fleet);
  const ids = new Set(joining.map(({ id }) => id));
  const backends = fleet.backends.filter(({ id }) => ids.has(id));
  const rollouts = await openReleases(run, fleet, release.deploymentId, release.commit, backends);
  const builds = new Builds(run, fleet);
  try {
    await inParallel(rollouts, (rollout) => join(run, fleet, builds, rollout));
  } finally {
    await builds.tidy();
  }
}

async function join(run: Run, fleet: Fleet, builds: Builds, rollout: Rollout): Promise<void> {
  const { backend } = rollout;
  const server = serverOf(fleet, backend.serverId);
  try {
    await bringIn(run, fleet, await builds.make(rollout));
    const name = {
      key: `probe:${backend.id}`,
      title: `Ask ${server.name} from the balancer`,
      serverId: server.id,
    };
    await run.step(name, (step) => probeBackend(run, step, fleet, backend));
  } catch (error) {
    if (!run.isHandedOver()) await markFailed(run, backend, error);
    throw error;
  }
}

/** The backend's own word on why it is not in. */
export async function markFailed(run: Run, backend: Backend, error: unknown): Promise<void> {
  const healthReason = toAppError(error).message;
  await inTransaction(run, (tx) =>
    moveBackend(run, tx, backend.id, 'failed', { health: 'unknown', healthReason }),
  );
}

/** What the primary serves: its commit goes onto every backend that joins. */
async function servedRelease(
  run: Run,
  { backends }: Fleet,
): Promise<{ deploymentId: string; commit: string }> {
  const primary = backends.find(({ role }) => role === 'primary');
  const release =
    primary?.releaseId == null
      ? null
      : await run.worker.prisma.release.findUnique({ where: { id: primary.releaseId } });
  if (release !== null) return release;
  throw new AppError('conflict', 'The app does not run on its primary server yet.', {
    hint: 'Deploy it first.',
  });
}
