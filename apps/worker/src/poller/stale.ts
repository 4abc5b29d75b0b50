import { announce } from '@fairlead/core';
import type { PrismaClient } from '@fairlead/db';
import { cannotSee } from './verdict.ts';

/** A colour is believed for this many intervals after the last look that reached the backend. */
const believedIntervals = 3;

/** Takes the colour off backends that nobody has reached for too long: green must not outlive what is known. */
export async function fadeStale(prisma: PrismaClient, now: Date): Promise<void> {
  await prisma.$transaction(async (tx) => {
    const faded = await tx.$queryRaw<{ id: string; organizationId: string }[]>`
      UPDATE backend SET
        health = 'unknown',
        "healthReason" = ${cannotSee('nothing has been heard of it for a while.')},
        "healthStreak" = 0,
        "healthChangedAt" = ${now}
      FROM app
      WHERE app.id = backend."appId" AND backend.health IN ('healthy', 'unhealthy')
        AND backend."healthCheckedAt" < ${now}::timestamp
          - app."healthIntervalMs" * ${believedIntervals}::int * interval '1 millisecond'
      RETURNING backend.id, app."organizationId"`;
    for (const { id, organizationId } of faded) await announce(tx, organizationId, 'health', id);
  });
}
