import { Prisma } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { appStatus } from '../app/status.ts';
import { authorize } from '../authorize.ts';
import type { Actor, Context, Requester, UseCase } from '../context.ts';
import { deploymentStatus } from '../deployment/status.ts';
import { announce, type Transaction } from '../events.ts';
import { loadFleet } from '../fleet.ts';
import { parseInput } from '../input.ts';
import { nextLoadBalancerStatus } from '../load-balancer/next-status.ts';
import { type Accepted, accept } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockApp } from '../tenant.ts';
import { type CanaryEnd, endCanaryInput } from './schemas.ts';
import { canaryStateOf } from './settings.ts';

export const canaryKinds = { promote: 'canary.promote', abort: 'canary.abort' } as const;

/** Roll a canary out to the other backends. */
export const promoteCanary: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'canary.promote');
  return end(ctx, actor, input, 'promote');
};

/** Lead every visitor to the release before, and put it back on the backends that had the canary. */
export const abortCanary: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'canary.abort');
  return end(ctx, actor, input, 'abort');
};

async function end(ctx: Context, actor: Actor, input: unknown, how: CanaryEnd) {
  const { appId, deploymentId, idempotencyKey } = parseInput(endCanaryInput, input);
  const request = { kind: canaryKinds[how], idempotencyKey, input: { appId, deploymentId } };
  return accept(ctx, actor, request, async (tx) => {
    await lockApp(tx, actor, appId);
    return decideEnd(tx, actor, { appId, deploymentId, how, why: `By ${actor.name}.`, now: ctx.clock() });
  });
}

/**
 * In the caller's transaction, which holds the app: what a canary's end asks for. Aborting writes at once that nobody is to be led to it.
 * @throws AppError `not-found`; `conflict` where it is none any more
 */
export async function decideEnd(
  tx: Transaction,
  requester: Requester,
  {
    appId,
    deploymentId,
    how,
    why,
    now,
  }: { appId: string; deploymentId: string; how: CanaryEnd; why: string; now: Date },
): Promise<Accepted> {
  const kind = canaryKinds[how];
  const deployment = found(
    await tx.deployment.findUnique({ where: { id: deploymentId, appId } }),
    'deployment',
  );
  const active = await tx.operation.findFirst({
    where: {
      appId,
      deploymentId,
      kind: { in: Object.values(canaryKinds) },
      status: { in: ['queued', 'running'] },
    },
    select: { id: true, kind: true },
  });
  if (active?.kind === kind) return { same: active.id };
  if (active !== null || deployment.status !== 'canary') {
    const what = active?.kind === canaryKinds.promote ? 'being promoted' : deployment.status;
    throw new AppError(
      'conflict',
      `Deployment #${deployment.number} is no canary to ${how}: it is ${what}.`,
      {
        ...(active?.kind === canaryKinds.promote
          ? { hint: 'Cancel that first: the canary goes on then.' }
          : {}),
      },
    );
  }
  const { app, loadBalancer } = await loadFleet(tx, appId);
  if (app.removing) throw new AppError('conflict', 'This app is being removed.');
  if (how === 'abort') {
    await tx.loadBalancer.update({
      where: { id: loadBalancer.id },
      data: {
        canary: Prisma.DbNull,
        generation: { increment: 1 },
        status: nextLoadBalancerStatus(loadBalancer, kind),
      },
    });
    await tx.backend.updateMany({
      where: { appId, canary: true },
      data: { canary: false, heldBack: 'behind' },
    });
    const state = canaryStateOf(deployment);
    await tx.deployment.update({
      where: { id: deploymentId },
      data: {
        status: deploymentStatus.transition(deployment.status, 'aborted'),
        finishedAt: now,
        ...(state === null ? {} : { canaryState: { ...state, endedAt: now.toISOString(), ended: why } }),
      },
    });
    await announce(tx, requester.organizationId, 'load-balancer', appId);
  } else {
    await tx.app.update({
      where: { id: appId },
      data: { status: appStatus.transition(app.status, 'deploying') },
    });
    await announce(tx, requester.organizationId, 'app', appId);
  }
  await announce(tx, requester.organizationId, 'deployment', deploymentId);
  const verb = how === 'promote' ? 'Promote' : 'Abort';
  const start = {
    kind,
    title: `${verb} the canary of ${app.name} #${deployment.number}`,
    subject: { type: 'app' as const, id: appId, name: app.name },
    appId,
    deploymentId,
    input: { appId, deploymentId },
    ...(how === 'abort' ? { generation: loadBalancer.generation + 1 } : {}),
  };
  return { start };
}
