import { Prisma } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { appStatus } from '../app/status.ts';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { deploymentStatus } from '../deployment/status.ts';
import { announce, type Transaction } from '../events.ts';
import { parseInput } from '../input.ts';
import { nextLoadBalancerStatus } from '../load-balancer/next-status.ts';
import { serverStatus } from '../server/status.ts';
import { found, tenant } from '../tenant.ts';
import { asOperationKind, isDeploying, operationKinds } from './kinds.ts';
import { operationInput } from './schemas.ts';
import { enqueue } from './start.ts';
import { operationStatus } from './status.ts';
import { type OperationView, viewOperation } from './view.ts';

/** Try a failed or cancelled operation again: what is done already is verified, not repeated. It asks for the right of its kind. */
export const retryOperation: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'operation.read');
  const { operationId } = parseInput(operationInput, input);
  const db = tenant(ctx, actor);
  await db.$transaction(async (tx) => {
    const row = found(await tx.operation.findUnique({ where: { id: operationId } }), 'operation');
    const kind = asOperationKind(row.kind);
    if (kind === undefined) throw new AppError('conflict', 'This kind of operation is not known any more.');
    authorize(actor, operationKinds[kind].action);
    if (row.status === 'queued' || row.status === 'running') return;
    if (kind.startsWith('process.')) {
      throw new AppError('conflict', 'This is not done again by itself.', {
        hint: 'Run the command, or make the change, anew on the Processes tab.',
      });
    }
    await reopen(tx, row);
    await tx.operation.update({
      where: { id: operationId },
      data: {
        status: operationStatus.transition(row.status, 'queued'),
        error: Prisma.DbNull,
        startedAt: null,
        finishedAt: null,
        heartbeatAt: null,
        cancelRequestedAt: null,
      },
    });
    const subject = { type: 'operation' as const, id: operationId, name: row.title };
    await recordAudit(tx, actor, 'operation.retry', subject, { operationId });
    await announce(tx, actor.organizationId, 'operation', operationId);
  });
  await enqueue(ctx, operationId);
  return { operation: await viewOperation(db, operationId) };
};

/** Bring the subject back to the state from which the handler starts. */
async function reopen(
  tx: Transaction,
  row: {
    id: string;
    kind: string;
    appId: string | null;
    serverId: string | null;
    deploymentId: string | null;
  },
): Promise<void> {
  const kind = asOperationKind(row.kind);
  if (row.serverId !== null && (kind === 'server.check' || kind === 'server.prepare')) {
    const server = await tx.server.findUniqueOrThrow({ where: { id: row.serverId } });
    const status = serverStatus.transition(server.status, kind === 'server.check' ? 'checking' : 'preparing');
    await tx.server.update({ where: { id: server.id }, data: { status } });
    return;
  }
  const app =
    row.appId === null
      ? null
      : await tx.app.findUnique({ where: { id: row.appId }, include: { loadBalancer: true } });
  if (app === null) throw new AppError('conflict', 'What this operation was for is gone.');
  if (app.removing && kind !== 'app.remove') throw new AppError('conflict', 'This app is being removed.');
  const isCanary =
    kind === 'canary.promote' &&
    (await tx.deployment.count({ where: { id: row.deploymentId ?? '', status: 'canary' } })) === 1;
  if (isCanary) {
    await tx.app.update({
      where: { id: app.id },
      data: { status: appStatus.transition(app.status, 'deploying') },
    });
    return;
  }
  if (kind !== undefined && isDeploying(kind)) {
    const deployment = await tx.deployment.findFirst({ where: { operationId: row.id } });
    // Every backend has what was deployed: what is left comes after it.
    if (deployment?.status === 'succeeded') return;
    const newer = await tx.deployment.findFirst({
      where: { appId: app.id, operationId: { not: row.id, gt: row.id } },
      select: { number: true },
    });
    if (newer !== null)
      throw new AppError(
        'conflict',
        `Deployment ${newer.number} came after this one; start a new deployment.`,
      );
    await tx.app.update({
      where: { id: app.id },
      data: { status: appStatus.transition(app.status, 'deploying') },
    });
    if (deployment !== null) {
      const status = deploymentStatus.transition(deployment.status, 'queued');
      await tx.deployment.update({ where: { id: deployment.id }, data: { status, finishedAt: null } });
    }
    return;
  }
  if (
    kind === 'app.remove' ||
    kind === 'certificate.order' ||
    kind === 'hosted-database.check' ||
    app.loadBalancer === null ||
    kind === undefined
  )
    return;
  // A generation that failed may have been served in part: the next attempt gets a number of its own.
  const balancer = await tx.loadBalancer.update({
    where: { appId: app.id },
    data: {
      generation: { increment: 1 },
      status: nextLoadBalancerStatus(app.loadBalancer, kind),
    },
  });
  await tx.operation.update({ where: { id: row.id }, data: { generation: balancer.generation } });
}
