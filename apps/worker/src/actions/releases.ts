import { announce } from '@fairlead/core';
import type { Backend, Release } from '@fairlead/db';
import { toAppError } from '@fairlead/errors';
import type { Run } from '../runtime/run.ts';
import { inTransaction, moveBackend, moveRelease } from './move.ts';
import type { Rollout } from './roll-out.ts';

/** The rows for one commit on these backends: made once for each deployment and backend, so that a repeated build finds its own result. */
export async function openReleases(
  run: Run,
  deploymentId: string,
  commit: string,
  backends: readonly Backend[],
): Promise<Rollout[]> {
  return inTransaction(run, async (tx) => {
    const rollouts: Rollout[] = [];
    for (const backend of backends) {
      const key = { deploymentId, backendId: backend.id };
      const release = await tx.release.upsert({
        where: { deploymentId_backendId: key },
        create: { ...key, commit },
        update: {},
      });
      if (backend.state !== 'deploying') await moveBackend(run, tx, backend.id, 'deploying');
      rollouts.push({ backend, release });
    }
    await announce(tx, run.claim.organizationId, 'deployment', deploymentId);
    return rollouts;
  });
}

/** Marks releases of a failed attempt; those that had gone live by a switch that was undone count as failed, too. */
export async function failReleases(run: Run, deploymentId: string, error: unknown): Promise<void> {
  const publicError = toAppError(error).toPublic() as object;
  await inTransaction(run, async (tx) => {
    const releases: Release[] = await tx.release.findMany({ where: { deploymentId } });
    for (const release of releases) {
      const backend = await tx.backend.findUnique({ where: { id: release.backendId } });
      if (backend?.releaseId === release.id) continue;
      await moveRelease(run, tx, release.id, 'failed', {
        error: publicError,
        finishedAt: run.worker.clock(),
      });
    }
  });
}
