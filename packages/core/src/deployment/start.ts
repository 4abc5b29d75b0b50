import { isDeepStrictEqual } from 'node:util';
import type { App } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import type * as z from 'zod';
import { appStatus } from '../app/status.ts';
import { authorize } from '../authorize.ts';
import { canaryBackends } from '../canary/backends.ts';
import type { Requester, UseCase } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { loadFleet } from '../fleet.ts';
import { parseInput } from '../input.ts';
import { type Accepted, accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockApp } from '../tenant.ts';
import { floorRefusal } from './batches.ts';
import { servedDeployment } from './repeat.ts';
import { requireRollback } from './rollback.ts';
import { startDeploymentInput } from './schemas.ts';

type Asked = Omit<z.output<typeof startDeploymentInput>, 'idempotencyKey'>;

/**
 * Roll a commit, what a tag points at, the head of the branch, or an earlier deployment out to every backend. One waits at most: asking again while it does
 * answers that one.
 */
export const startDeployment: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'deployment.start');
  const { idempotencyKey, ...asked } = parseInput(startDeploymentInput, input);
  const request = { kind: 'app.deploy' as const, idempotencyKey, input: asked };
  return accept(ctx, actor, request, (tx) => decideDeployment(tx, actor, asked));
};

/** In the caller's transaction: a new deployment behind the one that runs, or the one that waits there already for the same. */
export async function decideDeployment(
  tx: Transaction,
  requester: Requester,
  asked: Asked,
): Promise<Accepted> {
  const { appId, tag = null, rollbackTo, rebuild = false } = asked;
  await lockApp(tx, requester, appId);
  const app = found(await tx.app.findUnique({ where: { id: appId } }), 'app');
  if (app.removing) throw new AppError('conflict', 'This app is being removed.');
  const active = await findActive(tx, { appId, kinds: ['app.deploy'] });
  if (active !== null && isDeepStrictEqual(active.input, asked)) {
    // Claimed by a worker it may still wait for a server: it has not begun before its deployment has.
    const waits = { operationId: active.id, status: 'queued' };
    if ((await tx.deployment.count({ where: waits })) === 1) return { same: active.id };
  }
  const running = await tx.deployment.findFirst({
    where: { appId, status: 'canary' },
    select: { number: true },
  });
  if (running !== null && rollbackTo !== undefined) {
    throw new AppError(
      'conflict',
      `Deployment #${running.number} is a canary: what served before it serves still.`,
      {
        hint: 'Abort it, or promote it and roll back then.',
      },
    );
  }
  await requireFloor(tx, app);
  // While another one goes on, which backends there will be is known at its end.
  if (asked.canary !== undefined && running === null) {
    await servedDeployment(tx, appId);
    canaryBackends(await loadFleet(tx, appId), asked.canary.backendIds);
  }
  const earlier = rollbackTo === undefined ? null : await requireRollback(tx, appId, rollbackTo);
  const commit = earlier?.commit ?? asked.commit ?? null;
  const branch = earlier?.branch ?? app.branch;
  const newest = await tx.deployment.findFirst({
    where: { appId },
    orderBy: { number: 'desc' },
    select: { number: true },
  });
  const number = (newest?.number ?? 0) + 1;
  const rollbackToId = rollbackTo ?? null;
  const deployment = await tx.deployment.create({
    data: {
      appId,
      number,
      commit,
      tag,
      branch,
      rollbackToId,
      rebuild,
      ...(asked.canary === undefined ? {} : { canary: asked.canary }),
      createdById: requester.userId,
    },
  });
  // Behind a canary it waits, and the app serves meanwhile.
  if (running === null) {
    await tx.app.update({
      where: { id: appId },
      data: { status: appStatus.transition(app.status, 'deploying') },
    });
  }
  await announce(tx, requester.organizationId, 'app', appId);
  await announce(tx, requester.organizationId, 'deployment', deployment.id);
  const subject = { type: 'app' as const, id: appId, name: app.name };
  const title =
    earlier === null
      ? `Deploy ${app.name} #${number}${asked.canary === undefined ? '' : ' as a canary'}`
      : `Roll ${app.name} back to #${earlier.number}`;
  const start = {
    kind: 'app.deploy' as const,
    input: asked,
    title,
    subject,
    appId,
    deploymentId: deployment.id,
  };
  return { start };
}

/**
 * What no roll-out could keep is told before one starts.
 * @throws AppError `conflict`
 */
async function requireFloor(tx: Transaction, app: App): Promise<void> {
  const { enabled } = await tx.loadBalancer.findUniqueOrThrow({
    where: { appId: app.id },
    select: { enabled: true },
  });
  const backends = await tx.backend.count({
    where: { appId: app.id, desired: 'enabled', releaseId: { not: null } },
  });
  const refusal = enabled ? floorRefusal(app, backends) : null;
  if (refusal === null) return;
  throw new AppError('conflict', refusal, {
    hint: 'Keep fewer in the app’s settings, under Roll-out, or enable another backend.',
  });
}
