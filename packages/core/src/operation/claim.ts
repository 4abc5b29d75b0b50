import { type Operation, Prisma } from '@fairlead/db';
import type { OperationContext } from '../context.ts';
import type { DeploymentStatus } from '../deployment/status.ts';
import { announce } from '../events.ts';
import { operationStatus } from './status.ts';

/** A worker that has not said so for this long (milliseconds) no longer runs its operation. */
export const heartbeatStaleMs = 10_000;

/** The worker's hold on a running operation. A later claim of the same operation has a higher `attempt`, and the older one's writes are refused. */
export interface Claim {
  operationId: string;
  organizationId: string;
  attempt: number;
}

export type ClaimOutcome =
  | { outcome: 'claimed'; claim: Claim; operation: Operation }
  /** Another operation of the same app or server runs, or is older: it hands this one out when it ends. */
  | { outcome: 'waiting'; behind: string }
  /** Finished, cancelled, running elsewhere, or no such operation. */
  | { outcome: 'gone' };

/**
 * Take an operation: a queued one, or one whose worker has fallen silent. One operation at a time runs for an app and for a server, oldest first.
 * While a canary is compared, deployments after it wait for its end and let everything else past.
 * The taking itself is one statement behind a lock: a toggle waits for it.
 */
export async function claimOperation(
  ctx: OperationContext,
  operationId: string,
  staleMs: number = heartbeatStaleMs,
): Promise<ClaimOutcome> {
  const { prisma } = ctx;
  const now = ctx.clock();
  const staleBefore = new Date(now.getTime() - staleMs);
  const canary: DeploymentStatus = 'canary';
  const isHeld = Prisma.sql`(
    EXISTS (SELECT FROM deployment WHERE deployment."appId" = mine."appId" AND deployment.status = ${canary})
    OR EXISTS (SELECT FROM operation AS abort WHERE abort."appId" = mine."appId" AND abort.kind = 'canary.abort' AND abort.status = 'queued'))`;
  const running = operationStatus.transition('queued', 'running');
  const [, [claimed]] = await prisma.$transaction([
    prisma.$executeRaw`
      SELECT pg_advisory_xact_lock(hashtextextended('operation:' || coalesce("appId", "serverId", id), 0))
      FROM operation WHERE id = ${operationId}`,
    prisma.$queryRaw<Operation[]>`
      UPDATE operation AS mine SET
        status = ${running}, attempt = attempt + 1, "startedAt" = coalesce("startedAt", ${now}::timestamp),
        "heartbeatAt" = ${now}::timestamp, "finishedAt" = NULL
      WHERE id = ${operationId}
        AND (status = 'queued' OR (status = 'running' AND coalesce("heartbeatAt" <= ${staleBefore}::timestamp, true)))
        AND NOT (mine.status = 'queued' AND mine.kind = 'app.deploy' AND ${isHeld})
        AND NOT EXISTS (
          SELECT FROM operation AS other
          WHERE other.id <> mine.id
            AND other."appId" IS NOT DISTINCT FROM mine."appId"
            AND (mine."appId" IS NOT NULL OR other."serverId" IS NOT DISTINCT FROM mine."serverId")
            AND (other.status = 'running' OR (mine.status = 'queued' AND other.status = 'queued' AND other.id < mine.id
              AND NOT (other.kind = 'app.deploy' AND ${isHeld}))))
      RETURNING mine.*`,
  ]);
  if (claimed === undefined) return whyNot(ctx, operationId, staleBefore);
  await announce(prisma, claimed.organizationId, 'operation', claimed.id);
  const claim = { operationId, organizationId: claimed.organizationId, attempt: claimed.attempt };
  return { outcome: 'claimed', claim, operation: claimed };
}

/** What kept an operation from being taken. It may have changed since: whoever hears `waiting` is told again when the other ends. */
async function whyNot(
  { prisma }: OperationContext,
  operationId: string,
  staleBefore: Date,
): Promise<ClaimOutcome> {
  const operation = await prisma.operation.findUnique({ where: { id: operationId } });
  if (operation === null) return { outcome: 'gone' };
  const isAbandoned = operation.status === 'running' && (operation.heartbeatAt ?? staleBefore) <= staleBefore;
  if (operation.status !== 'queued' && !isAbandoned) return { outcome: 'gone' };
  const ahead = await prisma.operation.findFirst({
    where: {
      id: { not: operationId },
      ...(operation.appId === null
        ? { serverId: operation.serverId, appId: null }
        : { appId: operation.appId }),
      OR: [{ status: 'running' }, ...(isAbandoned ? [] : [{ status: 'queued', id: { lt: operationId } }])],
    },
    orderBy: { id: 'asc' },
  });
  return { outcome: 'waiting', behind: ahead?.id ?? operationId };
}

/**
 * "I am alive." Answers `lost` when the operation was taken over or ended (stop working), `cancel` when a person asked for its end.
 */
export async function heartbeat(ctx: OperationContext, claim: Claim): Promise<'alive' | 'cancel' | 'lost'> {
  const { count } = await ctx.prisma.operation.updateMany({
    where: { id: claim.operationId, attempt: claim.attempt, status: 'running' },
    data: { heartbeatAt: ctx.clock() },
  });
  if (count === 0) return 'lost';
  const row = await ctx.prisma.operation.findUnique({
    where: { id: claim.operationId },
    select: { cancelRequestedAt: true },
  });
  return row?.cancelRequestedAt == null ? 'alive' : 'cancel';
}

/** Ids of operations that nobody works on: queued ones and those whose worker fell silent. The sweeper enqueues them again. */
export async function findUnattended(
  ctx: OperationContext,
  staleMs: number = heartbeatStaleMs,
): Promise<string[]> {
  const staleBefore = new Date(ctx.clock().getTime() - staleMs);
  const rows = await ctx.prisma.operation.findMany({
    where: {
      OR: [
        { status: 'queued' },
        { status: 'running', OR: [{ heartbeatAt: null }, { heartbeatAt: { lte: staleBefore } }] },
      ],
    },
    select: { id: true },
    orderBy: { id: 'asc' },
    take: 500,
  });
  return rows.map((row) => row.id);
}
