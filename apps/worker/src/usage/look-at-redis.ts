import { storeRedisSeen } from '@fairlead/core';
import type { WorkerContext } from '../context.ts';
import { settleAll } from '../runtime/parallel.ts';

/** Asks each app's Redis what it says of itself. Of a server that does not answer nothing is kept: what was seen before grows old, and then counts as unknown. */
export async function lookAtRedis(worker: WorkerContext, timeoutMs: number): Promise<void> {
  const rows = await worker.prisma.redis.findMany({
    where: { placedAt: { not: null }, app: { removing: false } },
    include: { app: { include: { primaryServer: true } } },
  });
  await settleAll(rows, async ({ app: { primaryServer, ...app }, ...redis }) => {
    const client = await worker.hosts.client(primaryServer);
    const seen = await client.call('redis.observe', { app: app.slug }, { timeoutMs });
    await storeRedisSeen(worker, { ...app, redis }, seen);
  });
}
