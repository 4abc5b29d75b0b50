import { AppError } from '@fairlead/errors';
import { appStatus } from '../app/status.ts';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { deploymentStatus } from '../deployment/status.ts';
import { announce, type Transaction } from '../events.ts';
import { parseInput } from '../input.ts';
import { serverStatus } from '../server/status.ts';
import { found, tenant } from '../tenant.ts';
import { asOperationKind, operationKinds } from './kinds.ts';
import { operationInput } from './schemas.ts';
import { operationStatus } from './status.ts';
import { type OperationView, viewOperation } from './view.ts';

const cancellable = new Set([
  'server.check',
  'server.prepare',
  'app.deploy',
  'canary.promote',
  'process.run',
]);

/**
 * End a check, a preparation, a deployment or a command early: a queued one at once, a running one at its next step. A change of the balancer is not cancelled half
 * way; the opposite change is asked for instead.
 */
export const cancelOperation: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'operation.read');
  const { operationId } = parseInput(operationInput, input);
  const db = tenant(ctx, actor);
  await db.$transaction(async (tx) => {
    const row = found(await tx.operation.findUnique({ where: { id: operationId } }), 'operation');
    const kind = asOperationKind(row.kind);
    if (kind !== undefined) authorize(actor, operationKinds[kind].action);
    if (!cancellable.has(row.kind)) {
      throw new AppError('conflict', 'This can not be cancelled half way.', {
        hint: 'Let it finish, then make the opposite change.',
      });
    }
    if (row.status !== 'queued' && row.status !== 'running') {
      throw new AppError(
        'conflict',
        `This operation has already ${row.status === 'cancelled' ? 'been cancelled' : row.status}.`,
      );
    }
    const now = ctx.clock();
    const { count } = await tx.operation.updateMany({
      // One that a worker began and handed over is taken back by the next: it has to be undone.
      where: { id: operationId, status: 'queued', startedAt: null },
      data: {
        status: operationStatus.transition('queued', 'cancelled'),
        finishedAt: now,
        cancelRequestedAt: now,
      },
    });
    if (count === 1) await undo(tx, row, now);
    else await tx.operation.update({ where: { id: operationId }, data: { cancelRequestedAt: now } });
    const subject = { type: 'operation' as const, id: operationId, name: row.title };
    await recordAudit(tx, actor, 'operation.cancel', subject, { operationId });
    await announce(tx, actor.organizationId, 'operation', operationId);
  });
  return { operation: await viewOperation(db, operationId) };
};

/** Nothing of it has begun: the subject goes back to where it was. */
async function undo(
  tx: Transaction,
  row: { id: string; kind: string; appId: string | null; serverId: string | null },
  now: Date,
): Promise<void> {
  const deployment = await tx.deployment.findFirst({ where: { operationId: row.id } });
  // A canary that is not promoted goes on as one.
  if (deployment !== null && row.kind !== 'canary.promote') {
    const status = deploymentStatus.transition(deployment.status, 'cancelled');
    await tx.deployment.update({ where: { id: deployment.id }, data: { status, finishedAt: now } });
  }
  if (row.appId !== null) {
    const app = await tx.app.findUniqueOrThrow({ where: { id: row.appId } });
    const served = await tx.deployment.count({ where: { appId: app.id, status: 'succeeded' } });
    const waiting = await tx.operation.count({
      where: {
        appId: app.id,
        kind: { in: ['app.deploy', 'canary.promote', 'database.rotate', 'redis.rotate'] },
        status: { in: ['queued', 'running'] },
      },
    });
    if (app.status === 'deploying' && waiting === 0) {
      await tx.app.update({
        where: { id: app.id },
        data: { status: appStatus.transition(app.status, served > 0 ? 'live' : 'new') },
      });
    }
  } else if (row.serverId !== null) {
    const server = await tx.server.findUniqueOrThrow({ where: { id: row.serverId } });
    const status =
      server.hostKey === null ? 'unreachable' : server.preparedAt === null ? 'reachable' : 'ready';
    await tx.server.update({
      where: { id: server.id },
      data: { status: serverStatus.transition(server.status, status) },
    });
  }
}
