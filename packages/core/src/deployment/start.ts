import { AppError } from '@fairlead/errors';
import { appStatus } from '../app/status.ts';
import { authorize } from '../authorize.ts';
import type { Requester, UseCase } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { parseInput } from '../input.ts';
import { type Accepted, accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockApp } from '../tenant.ts';
import { startDeploymentInput } from './schemas.ts';

/** Roll a commit, what a tag points at, or the head of the branch, out to every backend. One waits at most: asking again while it does answers that one. */
export const startDeployment: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'deployment.start');
  const { appId, commit, tag, idempotencyKey } = parseInput(startDeploymentInput, input);
  const asked = {
    appId,
    ...(commit === undefined ? {} : { commit }),
    ...(tag === undefined ? {} : { tag }),
  };
  const request = { kind: 'app.deploy' as const, idempotencyKey, input: asked };
  return accept(ctx, actor, request, (tx) => decideDeployment(tx, actor, asked));
};

/** In the caller's transaction: a new deployment behind the one that runs, or the one that waits there already for the same commit (none: the head of the branch). */
export async function decideDeployment(
  tx: Transaction,
  requester: Requester,
  asked: { appId: string; commit?: string; tag?: string },
): Promise<Accepted> {
  const { appId, commit, tag } = asked;
  await lockApp(tx, requester, appId);
  const app = found(await tx.app.findUnique({ where: { id: appId } }), 'app');
  if (app.removing) throw new AppError('conflict', 'This app is being removed.');
  const active = await findActive(tx, { appId, kinds: ['app.deploy'] });
  if (active !== null) {
    const waiting = (active.input ?? {}) as { commit?: string; tag?: string };
    const isQueued = (await tx.operation.count({ where: { id: active.id, status: 'queued' } })) === 1;
    if (isQueued && waiting.commit === commit && waiting.tag === tag) return { same: active.id };
  }
  const newest = await tx.deployment.findFirst({
    where: { appId },
    orderBy: { number: 'desc' },
    select: { number: true },
  });
  const number = (newest?.number ?? 0) + 1;
  const deployment = await tx.deployment.create({
    data: {
      appId,
      number,
      commit: commit ?? null,
      tag: tag ?? null,
      branch: app.branch,
      createdById: requester.userId,
    },
  });
  await tx.app.update({
    where: { id: appId },
    data: { status: appStatus.transition(app.status, 'deploying') },
  });
  await announce(tx, requester.organizationId, 'app', appId);
  await announce(tx, requester.organizationId, 'deployment', deployment.id);
  const subject = { type: 'app' as const, id: appId, name: app.name };
  const title = `Deploy ${app.name} #${number}`;
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
