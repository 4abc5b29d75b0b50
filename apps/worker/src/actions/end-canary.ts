import { announce, canaryStateOf, type Fleet, isProven, type Transaction } from '@fairlead/core';
import { type Backend, type Deployment, Prisma } from '@fairlead/db';
import { toAppError } from '@fairlead/errors';
import { requireFleet } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';
import { applyFront } from './apply-front.ts';
import { inTransaction, moveDeployment } from './move.ts';

/** Every backend has it: the next front parts visitors no more. */
export async function endCanary(run: Run, appId: string, deploymentId: string): Promise<void> {
  await inTransaction(run, async (tx) => {
    await unmark(run, tx, appId);
    const state = canaryStateOf(await tx.deployment.findUniqueOrThrow({ where: { id: deploymentId } }));
    if (state === null || state.endedAt !== null) return;
    const { actorId, actorName } = run.operation;
    const ended = actorId === null ? `By its rule. ${state.reason}` : `By ${actorName}.`;
    const canaryState = { ...state, endedAt: run.worker.clock().toISOString(), ended };
    await tx.deployment.update({ where: { id: deploymentId }, data: { canaryState } });
  });
}

/**
 * After a start that failed: visitors are parted no more. A backend that may have the canary still, as its server could not be asked to put back what it served, or
 * an earlier attempt was cut off and nobody knows how far it came, is given none of them until it was caught up with.
 */
export async function leaveCanary(run: Run, { id, appId }: Deployment): Promise<void> {
  const { loadBalancer } = await requireFleet(run.worker, appId);
  if (loadBalancer.canary === null) return;
  await inTransaction(run, async (tx) => {
    const releases = await tx.release.findMany({ where: { deploymentId: id }, select: { id: true } });
    const hasIt = { releaseId: { in: releases.map((release) => release.id) } };
    await tx.backend.updateMany({
      where: { appId, canary: true, ...(run.claim.attempt > 1 ? {} : hasIt) },
      data: { heldBack: 'behind' },
    });
    await unmark(run, tx, appId);
  });
  try {
    await run.tidy({ key: 'together', title: 'Lead all visitors to every backend again' }, async (step) =>
      applyFront(run, step, await requireFleet(run.worker, appId)),
    );
  } catch (error) {
    run.worker.log.warn({ error, operationId: run.operation.id }, 'visitors are still parted');
  }
}

/**
 * After a promotion that failed: the canary goes on, and what becomes of it is decided by hand, as its rule would ask for the same again.
 * @returns false where every backend had it already
 */
export async function canaryGoesOn(run: Run, { id, appId }: Deployment, error: unknown): Promise<boolean> {
  const { loadBalancer } = await requireFleet(run.worker, appId);
  if (loadBalancer.canary === null) return false;
  await inTransaction(run, async (tx) => {
    const state = canaryStateOf(await tx.deployment.findUniqueOrThrow({ where: { id } }));
    const { code, message } = toAppError(error);
    const paused = code === 'cancelled' ? 'The promotion was cancelled.' : `The promotion failed: ${message}`;
    await moveDeployment(run, tx, id, 'canary', {
      ...(state === null ? {} : { canaryState: { ...state, paused } }),
    });
  });
  return true;
}

/**
 * A roll-out of a part of the backends: the others count for the floor. Where it fails all that switched go back, whatever the app says: a canary is on its
 * backends and on no others.
 */
export function canaryFloor(fleet: Fleet, isInPart: (backend: Backend) => boolean): Fleet {
  const others = fleet.backends.filter(
    (backend) => !isInPart(backend) && isProven(backend) && backend.desired === 'enabled',
  );
  const rolloutFloor = Math.max(0, fleet.app.rolloutFloor - others.length);
  return { ...fleet, app: { ...fleet.app, rolloutFloor, rolloutFailure: 'put-back' } };
}

async function unmark(run: Run, tx: Transaction, appId: string): Promise<void> {
  await tx.loadBalancer.update({ where: { appId }, data: { canary: Prisma.DbNull } });
  await tx.backend.updateMany({ where: { appId, canary: true }, data: { canary: false } });
  await announce(tx, run.claim.organizationId, 'load-balancer', appId);
}
