import { announce } from '@fairlead/core';
import type { PrismaClient } from '@fairlead/db';
import type { Target } from './targets.ts';
import type { Look, Verdict } from './verdict.ts';

/** One look and what it led to. */
export interface Observation {
  target: Target;
  at: Date;
  look: Look;
  verdict: Verdict;
  /** Something that a person sees changed: listeners are told. */
  isNews: boolean;
}

/** Stores looks in batches: one insert, one update, one word to each organization's listeners about each backend that changed. */
export async function storeObservations(
  prisma: PrismaClient,
  observations: readonly Observation[],
): Promise<void> {
  const answered = observations.flatMap(({ target, at, look }) =>
    look.kind === 'answered'
      ? [
          {
            backendId: target.backendId,
            at,
            healthy: look.healthy,
            status: look.status,
            latencyMs: look.latencyMs,
            reason: look.reason,
          },
        ]
      : [],
  );
  await prisma.$transaction(async (tx) => {
    const newest = [...new Map(observations.map((seen) => [seen.target.backendId, seen])).values()];
    const column = <T>(pick: (observation: Observation) => T): T[] => newest.map(pick);
    const stored = await tx.$queryRaw<{ id: string }[]>`
      UPDATE backend SET
        health = seen.health,
        "healthReason" = seen.reason,
        "healthLatencyMs" = seen.latency,
        "healthStatus" = seen.status,
        "healthStreak" = seen.streak,
        "healthCheckedAt" = CASE WHEN seen.answered THEN seen.at ELSE backend."healthCheckedAt" END,
        "healthChangedAt" = CASE WHEN backend.health = seen.health THEN backend."healthChangedAt" ELSE seen.at END
      FROM unnest(
        ${column(({ target }) => target.backendId)}::text[],
        ${column(({ verdict }) => verdict.health)}::text[],
        ${column(({ verdict }) => verdict.reason)}::text[],
        ${column(({ look }) => (look.kind === 'answered' ? look.latencyMs : null))}::double precision[],
        ${column(({ look }) => (look.kind === 'answered' ? look.status : null))}::int[],
        ${column(({ verdict }) => verdict.streak)}::int[],
        ${column(({ look }) => look.kind === 'answered')}::boolean[],
        ${column(({ at }) => at.toISOString())}::timestamp[]
      ) AS seen (id, health, reason, latency, status, streak, answered, at)
      WHERE backend.id = seen.id
        AND (backend."healthCheckedAt" IS NULL OR backend."healthCheckedAt" <= seen.at)
        AND backend."releaseId" IS NOT NULL AND backend.state IN ('active', 'draining', 'disabled', 'deploying')
        AND NOT (backend.state = 'deploying' AND backend.health = 'deploying')
      RETURNING backend.id`;
    // A backend that left while it was being asked takes no more entries.
    const ids = new Set(stored.map(({ id }) => id));
    await tx.healthCheck.createMany({ data: answered.filter(({ backendId }) => ids.has(backendId)) });
    for (const { target } of observations.filter(
      ({ isNews, target: { backendId } }) => isNews && ids.has(backendId),
    )) {
      await announce(tx, target.organizationId, 'health', target.backendId);
    }
  });
}
