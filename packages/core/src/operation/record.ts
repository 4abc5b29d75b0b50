import { type Operation, Prisma, type Step } from '@fairlead/db';
import { AppError, toAppError } from '@fairlead/errors';
import type { OperationContext } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import type { Claim } from './claim.ts';
import { type OperationStatus, operationStatus, stepStatus } from './status.ts';

/** How a step is called: `key` is stable within its operation (`deploy:<backendId>`), `title` is for people. */
export interface StepName {
  key: string;
  title: string;
  serverId?: string | null;
}

/** Run `write` if the claim still holds. @throws AppError `lease-lost` */
async function held<T>(
  ctx: OperationContext,
  claim: Claim,
  write: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return ctx.prisma.$transaction(async (tx) => {
    const { count } = await tx.operation.updateMany({
      where: { id: claim.operationId, attempt: claim.attempt, status: 'running' },
      data: { heartbeatAt: ctx.clock() },
    });
    if (count === 0)
      throw new AppError('lease-lost', 'Another worker took this operation over, or it has ended.');
    const result = await write(tx);
    await announce(tx, claim.organizationId, 'operation', claim.operationId);
    return result;
  });
}

/** Show the steps to come as `pending`, in order; known keys keep what they have. */
export async function planSteps(
  ctx: OperationContext,
  claim: Claim,
  steps: readonly StepName[],
): Promise<void> {
  await held(ctx, claim, async (tx) => {
    for (const [position, step] of steps.entries()) await putStep(tx, claim, step, position, {});
  });
}

/** Begin a step, or begin it again after a crash. Answers the row and whether an earlier attempt had finished it. */
export async function startStep(
  ctx: OperationContext,
  claim: Claim,
  step: StepName,
): Promise<{ stepId: string; finishedBefore: boolean }> {
  return held(ctx, claim, async (tx) => {
    const before = await tx.step.findUnique({
      where: { operationId_key: { operationId: claim.operationId, key: step.key } },
    });
    const row = await putStep(tx, claim, step, null, {
      status: stepStatus.transition(before?.status ?? 'pending', 'running'),
      startedAt: before?.startedAt ?? ctx.clock(),
      finishedAt: null,
      error: Prisma.DbNull,
    });
    return { stepId: row.id, finishedBefore: before?.status === 'succeeded' };
  });
}

async function putStep(
  tx: Transaction,
  claim: Claim,
  step: StepName,
  position: number | null,
  data: Prisma.StepUncheckedUpdateInput,
): Promise<Step> {
  const { operationId } = claim;
  const place = position ?? (await tx.step.count({ where: { operationId } }));
  const own = { title: step.title, serverId: step.serverId ?? null };
  return tx.step.upsert({
    where: { operationId_key: { operationId, key: step.key } },
    create: { ...(data as object), ...own, operationId, key: step.key, position: place },
    update: { ...data, ...own, ...(position === null ? {} : { position }) },
  });
}

/** The share of a running step, 0…1, and what it does now in one line. */
export async function progressStep(
  ctx: OperationContext,
  claim: Claim,
  stepId: string,
  share: number | null,
  detail?: string,
): Promise<void> {
  await held(ctx, claim, (tx) =>
    tx.step.update({
      where: { id: stepId },
      data: {
        progress: share === null ? null : Math.min(1, Math.max(0, share)),
        ...(detail === undefined ? {} : { detail }),
      },
    }),
  );
}

/** End a step well. `skipped`: there was nothing to do; `detail` says why in one line. */
export async function finishStep(
  ctx: OperationContext,
  claim: Claim,
  stepId: string,
  status: 'succeeded' | 'skipped' = 'succeeded',
  detail?: string,
): Promise<void> {
  await held(ctx, claim, (tx) => endStep(tx, ctx, stepId, status, detail === undefined ? {} : { detail }));
}

/** End a step with what went wrong; the operation itself is ended by {@link failOperation}. */
export async function failStep(
  ctx: OperationContext,
  claim: Claim,
  stepId: string,
  thrown: unknown,
): Promise<void> {
  const error = toAppError(thrown).toPublic() as Prisma.InputJsonObject;
  await held(ctx, claim, (tx) => endStep(tx, ctx, stepId, 'failed', { error }));
}

async function endStep(
  tx: Transaction,
  ctx: OperationContext,
  stepId: string,
  status: 'succeeded' | 'skipped' | 'failed',
  data: Prisma.StepUncheckedUpdateInput,
): Promise<void> {
  const step = await tx.step.findUniqueOrThrow({ where: { id: stepId } });
  await tx.step.update({
    where: { id: stepId },
    data: {
      ...data,
      status: stepStatus.transition(step.status, status),
      finishedAt: ctx.clock(),
      ...(status === 'failed' ? {} : { progress: 1 }),
    },
  });
}

/** End an operation well. */
export async function succeedOperation(ctx: OperationContext, claim: Claim): Promise<void> {
  await endOperation(ctx, claim, 'succeeded', null);
}

/** End an operation with the public part of what was thrown; its running steps end with it. */
export async function failOperation(ctx: OperationContext, claim: Claim, thrown: unknown): Promise<void> {
  await endOperation(ctx, claim, 'failed', toAppError(thrown));
}

/** End an operation because a person asked for it. */
export async function cancelClaimed(ctx: OperationContext, claim: Claim): Promise<void> {
  await endOperation(ctx, claim, 'cancelled', new AppError('cancelled', 'Cancelled on request.'));
}

/** Give a running operation back unfinished (a worker that shuts down); another starts it from the top. */
export async function releaseOperation(ctx: OperationContext, claim: Claim): Promise<void> {
  await held(ctx, claim, (tx) =>
    tx.operation.update({
      where: { id: claim.operationId },
      data: { status: operationStatus.transition('running', 'queued'), heartbeatAt: null },
    }),
  );
}

async function endOperation(
  ctx: OperationContext,
  claim: Claim,
  status: Extract<OperationStatus, 'succeeded' | 'failed' | 'cancelled'>,
  error: AppError | null,
): Promise<void> {
  const publicError = error === null ? Prisma.DbNull : (error.toPublic() as Prisma.InputJsonObject);
  const now = ctx.clock();
  const ended = await held(ctx, claim, async (tx) => {
    const { operationId } = claim;
    const running = { operationId, status: 'running' };
    if (error === null) {
      await tx.step.updateMany({
        where: { operationId, status: 'pending' },
        data: { status: stepStatus.transition('pending', 'skipped') },
      });
    } else {
      await tx.step.updateMany({
        where: running,
        data: { status: stepStatus.transition('running', 'failed'), finishedAt: now, error: publicError },
      });
    }
    return tx.operation.update({
      where: { id: operationId },
      data: { status: operationStatus.transition('running', status), finishedAt: now, error: publicError },
    });
  });
  await handOutNext(ctx, ended);
}

/** What waited behind this operation need not wait for the sweeper. */
async function handOutNext(ctx: OperationContext, ended: Operation): Promise<void> {
  const next = await ctx.prisma.operation.findFirst({
    where: {
      status: 'queued',
      ...(ended.appId === null ? { serverId: ended.serverId, appId: null } : { appId: ended.appId }),
    },
    orderBy: { id: 'asc' },
  });
  if (next === null) return;
  try {
    await ctx.queue.enqueue('operation', { operationId: next.id });
  } catch (error) {
    ctx.log.warn({ error, operationId: next.id }, 'not enqueued; the sweeper will');
  }
}
