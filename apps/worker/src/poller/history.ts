import type { PrismaClient } from '@fairlead/db';

/** How long single checks are kept (milliseconds): the longest window that the health page offers, 168 hours. */
export const historyKeptMs = 7 * 24 * 3_600_000;
/** Rows removed by one statement, so that none holds locks for long. */
const batchRows = 10_000;

/** Removes checks older than {@link historyKeptMs}; answers how many. */
export async function pruneHistory(prisma: PrismaClient, now: Date): Promise<number> {
  const before = new Date(now.getTime() - historyKeptMs);
  let total = 0;
  for (;;) {
    const removed = await prisma.$executeRaw`
      DELETE FROM health_check WHERE id IN (
        SELECT id FROM health_check WHERE at < ${before}::timestamp ORDER BY id LIMIT ${batchRows})`;
    total += removed;
    if (removed < batchRows) return total;
  }
}
