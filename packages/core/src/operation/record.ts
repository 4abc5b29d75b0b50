import { type Operation, Prisma, type Step } from '@fairlead/db';
import { AppError, toAppError } from '@fairlead/errors';
import type { OperationContext } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { newId } from '../new-id.ts';
import type { Claim } from './claim.ts';
import { type OperationStatus, operationStatus, type StepStatus, stepStatus } from './status.ts';

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

/** What happened to a step, known by its key. */
export type StepChange =
  /** Steps to come are shown as `pending`, in order; those that are there keep what they have. */
  | { type: 'plan'; steps: readonly StepName[] }
  /** It begins, or begins again after a crash. */
  | { type: 'start'; step: StepName; at: Date }
  /** The share of it that is done, 0…1, and what it does now in one line. */
  | { type: 'progress'; key: string; share: number | null; detail?: string }
  /** It ended well. `skipped`: there was nothing to do; `detail` says why in one line. */
  | { type: 'end'; key: string; status: 'succeeded' | 'skipped'; detail?: string; at: Date }
  /** It ended with what was thrown; the operation itself is ended by {@link failOperation}. */
  | { type: 'fail'; key: string; thrown: unknown; at: Date };

/**
 * Store what happened to an operation's steps, in one transaction. Answers their ids by key.
 * @throws AppError `lease-lost`; `illegal-transition` of a step that can't have happened to
 */
export async function recordSteps(
  ctx: OperationContext,
  claim: Claim,
  changes: readonly StepChange[],
): Promise<Map<string, string>> {
  const { operationId } = claim;
  return held(ctx, claim, async (tx) => {
    const keys = [...new Set(changes.flatMap(keysOf))];
    const rows = await tx.step.findMany({ where: { operationId, key: { in: keys } } });
    const place = rows.length < keys.length ? await tx.step.count({ where: { operationId } }) : 0;
    const sheets = new Map(rows.map((row) => [row.key, sheetOf(row)]));
    for (const change of changes) enter(sheets, change, place);
    const added = [...sheets.values()].filter(({ row }) => row === null);
    const ids = new Map(rows.map(({ key, id }) => [key, id]));
    const creates = added.map(({ name, status, data }) => {
      if (name === null) throw new AppError('internal', 'A step was to end that had not begun.');
      const id = newId(ctx.clock());
      ids.set(name.key, id);
      return { ...(data as object), ...wordsOf(name), id, operationId, key: name.key, status };
    });
    if (creates.length > 0) await tx.step.createMany({ data: creates as Prisma.StepCreateManyInput[] });
    for (const { row, name, status, data } of sheets.values()) {
      const words = name === null ? {} : wordsOf(name);
      if (row !== null) await tx.step.update({ where: { id: row.id }, data: { ...data, ...words, status } });
    }
    return ids;
  });
}

/** A step's row, null before there is one, and what becomes of it. */
interface Sheet {
  row: Step | null;
  name: StepName | null;
  status: StepStatus;
  data: Prisma.StepUncheckedUpdateInput;
}

const sheetOf = (row: Step | null): Sheet => ({
  row,
  name: null,
  status: stepStatus.parse(row?.status ?? 'pending'),
  data: {},
});

const wordsOf = ({ title, serverId }: StepName) => ({ title, serverId: serverId ?? null });

function keysOf(change: StepChange): string[] {
  if (change.type === 'plan') return change.steps.map(({ key }) => key);
  return [change.type === 'start' ? change.step.key : change.key];
}

/** `place`: the position of the first step that is new. */
function enter(sheets: Map<string, Sheet>, change: StepChange, place: number): void {
  const sheet = (key: string): Sheet => {
    const found = sheets.get(key) ?? sheetOf(null);
    sheets.set(key, found);
    return found;
  };
  if (change.type === 'plan') {
    for (const [position, step] of change.steps.entries()) {
      const planned = sheet(step.key);
      planned.name = step;
      planned.data.position = position;
    }
  } else if (change.type === 'start') {
    const position = place + [...sheets.values()].filter(({ row }) => row === null).length;
    const isNew = !sheets.has(change.step.key);
    begin(sheet(change.step.key), change.step, change.at);
    if (isNew) sheet(change.step.key).data.position = position;
  } else if (change.type === 'progress') {
    const { share, detail } = change;
    const progress = share === null ? null : Math.min(1, Math.max(0, share));
    Object.assign(sheet(change.key).data, { progress, ...(detail === undefined ? {} : { detail }) });
  } else finish(sheet(change.key), change);
}

function begin(sheet: Sheet, step: StepName, at: Date): void {
  sheet.name = step;
  sheet.status = stepStatus.transition(sheet.status, 'running');
  const startedAt = sheet.data.startedAt ?? sheet.row?.startedAt ?? at;
  Object.assign(sheet.data, { startedAt, finishedAt: null, error: Prisma.DbNull });
}

function finish(sheet: Sheet, change: Extract<StepChange, { type: 'end' | 'fail' }>): void {
  sheet.data.finishedAt = change.at;
  if (change.type === 'fail') {
    sheet.status = stepStatus.transition(sheet.status, 'failed');
    sheet.data.error = toAppError(change.thrown).toPublic() as Prisma.InputJsonObject;
    return;
  }
  sheet.status = stepStatus.transition(sheet.status, change.status);
  sheet.data.progress = 1;
  if (change.detail !== undefined) sheet.data.detail = change.detail;
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
