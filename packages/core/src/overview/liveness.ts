import type { Context } from '../context.ts';

/** Whether the database answers and a worker renewed the poller's lease a moment ago. Never throws. */
export async function readLiveness(
  ctx: Pick<Context, 'prisma' | 'clock'>,
): Promise<{ database: boolean; worker: boolean }> {
  try {
    const lease = await ctx.prisma.lease.findUnique({
      where: { resource: 'poller' },
      select: { expiresAt: true },
    });
    return { database: true, worker: lease !== null && lease.expiresAt > ctx.clock() };
  } catch {
    return { database: false, worker: false };
  }
}
