import type { Prisma } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { type AuditSubject, recordAudit } from '../audit/record.ts';
import type { Context, OperationContext, Requester } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { tenant } from '../tenant.ts';
import { isDeploying, type OperationKind, operationKinds } from './kinds.ts';
import { type OperationView, viewOperation } from './view.ts';

/** What is asked for: the columns of the new operation and the audit entry's subject. */
export interface OperationIntent {
  kind: OperationKind;
  title: string;
  subject: AuditSubject;
  appId?: string;
  serverId?: string;
  backendId?: string;
  deploymentId?: string | null;
  generation?: number;
  /** What a repeated request must ask again to count as the same; never a secret. */
  input: Prisma.InputJsonObject;
}

/** In the caller's transaction: the operation's row, its audit entry, and the word to listeners. Enqueue it after the commit. */
export async function startOperation(
  tx: Transaction,
  actor: Requester,
  intent: OperationIntent,
  idempotencyKey?: string,
): Promise<string> {
  const { subject, title, input, ...columns } = intent;
  const operation = await tx.operation.create({
    data: {
      ...columns,
      title: title.slice(0, 200),
      input,
      organizationId: actor.organizationId,
      actorId: actor.userId,
      actorName: actor.name,
      idempotencyKey: idempotencyKey ?? null,
    },
  });
  const isOfDeployment = isDeploying(intent.kind) || intent.kind === 'canary.abort';
  if (isOfDeployment && intent.deploymentId != null) {
    await tx.deployment.update({ where: { id: intent.deploymentId }, data: { operationId: operation.id } });
  }
  await recordAudit(tx, actor, operationKinds[intent.kind].action, subject, {
    operationId: operation.id,
    details: input,
  });
  await announce(tx, actor.organizationId, 'operation', operation.id);
  return operation.id;
}

/** What was asked for; `input` never holds a secret. */
export interface OperationRequest {
  kind: OperationKind;
  idempotencyKey?: string | undefined;
  input: Prisma.InputJsonObject;
}

/** What the body of an intent answers: a new operation to enqueue, or one that is under way already and asks for the same. */
export type Accepted = { start: OperationIntent } | { same: string };

/**
 * The shape of every 202: one transaction that looks for the same Idempotency-Key, lets `decide` write the desired state, and adds the operation; then
 * enqueue.
 * If the process dies before the enqueue, the sweeper finds the queued row.
 */
export async function accept(
  ctx: OperationContext,
  actor: Requester,
  request: OperationRequest,
  decide: (tx: Transaction) => Promise<Accepted>,
): Promise<{ operation: OperationView }> {
  const db = tenant(ctx, actor);
  const { operationId, isNew } = await db.$transaction(async (tx) => {
    const earlier = await findEarlier(tx, actor, request);
    if (earlier !== null) return { operationId: earlier, isNew: false };
    const decided = await decide(tx);
    if ('same' in decided) return { operationId: decided.same, isNew: false };
    return {
      operationId: await startOperation(tx, actor, decided.start, request.idempotencyKey),
      isNew: true,
    };
  });
  if (isNew) await enqueue(ctx, operationId);
  return { operation: await viewOperation(db, operationId) };
}

/** Hand an operation to the worker; a queue that is away is no error, the sweeper comes by. */
export async function enqueue(ctx: Pick<Context, 'queue' | 'log'>, operationId: string): Promise<void> {
  try {
    await ctx.queue.enqueue('operation', { operationId });
  } catch (error) {
    ctx.log.warn({ error, operationId }, 'not enqueued; the sweeper will');
  }
}

/** The operation that this key has made already; a request with the same key at this moment waits for ours. */
async function findEarlier(
  tx: Transaction,
  actor: Requester,
  { kind, idempotencyKey, input }: OperationRequest,
): Promise<string | null> {
  if (idempotencyKey === undefined) return null;
  const { organizationId } = actor;
  const lock = `idempotency:${organizationId}:${idempotencyKey}`;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`;
  const row = await tx.operation.findUnique({
    where: { organizationId_idempotencyKey: { organizationId, idempotencyKey } },
  });
  if (row === null) return null;
  if (row.kind !== kind || canonical(row.input) !== canonical(input)) {
    throw new AppError('conflict', 'This Idempotency-Key was used for a different request.', {
      hint: 'Use a new key for each request.',
    });
  }
  return row.id;
}

/** JSON with sorted keys: Postgres keeps `jsonb` in an order of its own. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The newest queued or running operation of these kinds on an app or server, if any. */
export async function findActive(
  tx: Transaction,
  where: { appId?: string; serverId?: string; kinds: readonly OperationKind[]; backendId?: string },
): Promise<{ id: string; input: Prisma.JsonValue } | null> {
  const { kinds, ...rest } = where;
  return tx.operation.findFirst({
    where: {
      ...rest,
      kind: { in: [...kinds] },
      status: { in: ['queued', 'running'] },
      cancelRequestedAt: null,
    },
    orderBy: { id: 'desc' },
    select: { id: true, input: true },
  });
}
