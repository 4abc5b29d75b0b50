import { announce, buildOf, newId, type Transaction } from '@fairlead/core';
import type { Backend, Deployment, Release } from '@fairlead/db';
import { toAppError } from '@fairlead/errors';
import type { Fleet } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';
import type { Rollout } from './backend-rollout.ts';
import { chooseBuilders } from './choose-builders.ts';
import { inTransaction, moveBackend, moveRelease } from './move.ts';
import { isUnchanged, releaseKeysOf } from './release-keys.ts';
import type { Before } from './switch-backend.ts';

/**
 * The rows for one commit on these backends: made once for each deployment and backend, so that a repeated build finds its own result. A backend that
 * has built the same before, or what is to be rolled back to, takes that build again; else one builds for all whose servers are of its kind.
 */
export async function openReleases(
  run: Run,
  fleet: Fleet,
  deploymentId: string,
  commit: string,
  backends: readonly Backend[],
): Promise<Rollout[]> {
  const { prisma } = run.worker;
  const { databaseTurn, redis } = fleet.app;
  const turns = { databaseTurn, redisTurn: redis?.turn ?? 0 };
  const serving = backends.flatMap(({ releaseId }) => releaseId ?? []);
  const [keysOf, deployment, live, servedReleases] = await Promise.all([
    releaseKeysOf(run, fleet, commit),
    prisma.deployment.findUniqueOrThrow({ where: { id: deploymentId } }),
    prisma.release.findMany({ where: { deploymentId, ...turns, status: 'live' } }),
    prisma.release.findMany({ where: { id: { in: serving } } }),
  ]);
  return inTransaction(run, async (tx) => {
    const rollouts: Rollout[] = [];
    for (const { backend, builder } of chooseBuilders(fleet, backends, live)) {
      const key = { deploymentId, backendId: backend.id };
      const keys = keysOf(backend);
      const made = await releaseOf(tx, deploymentId, builder);
      const wantedKey = made?.buildKey ?? keys.buildKey;
      const earlier = await builtBefore(tx, deployment, backend, wantedKey, turns);
      const id = newId(run.worker.clock());
      const build = earlier ?? made;
      const buildId = build === null ? id : buildOf(build);
      const buildKey = earlier?.buildKey ?? wantedKey;
      const release = await tx.release.upsert({
        where: { deploymentId_backendId: key },
        create: { ...key, id, commit, buildId, buildKey, runKey: keys.runKey(buildId), ...turns },
        update: {},
      });
      const served = servedReleases.find(({ id }) => id === backend.releaseId) ?? null;
      if (backend.state !== 'deploying') await moveBackend(run, tx, backend.id, 'deploying');
      rollouts.push({
        backend,
        release,
        builder: earlier === null && made !== null && buildOf(release) === buildOf(made) ? builder : null,
        before: beforeOf(backend, release),
        isUnchanged: isUnchanged(served, release),
      });
    }
    await announce(tx, run.claim.organizationId, 'deployment', deploymentId);
    return rollouts;
  });
}

/** The release that a backend builds, or serves, in this deployment. */
async function releaseOf(
  tx: Transaction,
  deploymentId: string,
  builder: Backend | null,
): Promise<Release | null> {
  if (builder === null) return null;
  const key = { deploymentId, backendId: builder.id };
  return tx.release.findUniqueOrThrow({ where: { deploymentId_backendId: key } });
}

/** What to put back: what the backend serves, or served before an attempt that was cut off had switched it. */
export function beforeOf({ releaseId, colour }: Backend, release: Release): Before {
  const isSwitched = releaseId === release.id && release.replaces !== null;
  return isSwitched ? (release.replaces as unknown as Before) : { releaseId, colour };
}

/**
 * The newest release of the backend whose build is still on its server and may serve for the deployment: none that may hold a password which opens nothing
 * any more.
 */
async function builtBefore(
  tx: Transaction,
  { rollbackToId, rebuild }: Deployment,
  { id: backendId }: Backend,
  buildKey: string,
  turns: { databaseTurn: number; redisTurn: number },
): Promise<Release | null> {
  if (rebuild) return null;
  return tx.release.findFirst({
    where: {
      backendId,
      prunedAt: null,
      ...turns,
      status: { in: ['live', 'superseded'] },
      ...(rollbackToId === null ? { buildKey } : { deploymentId: rollbackToId }),
    },
    orderBy: { id: 'desc' },
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
      await moveRelease(run, tx, release, 'failed', {
        error: publicError,
        finishedAt: run.worker.clock(),
      });
    }
  });
}
