import type { App, Redis } from '@fairlead/db';
import type { Context } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { type RedisSeen, redisSeenSchema, redisStateOf } from './view.ts';

type Owner = Pick<App, 'id' | 'organizationId'>;
/** What differs by less than this part of the limit is not worth a word to whoever looks. */
const share = 0.01;

/** Keeps what was seen of an app's Redis just now. */
export async function storeRedisSeen(
  ctx: Pick<Context, 'prisma' | 'clock'>,
  app: Owner & { redis: Redis },
  seen: RedisSeen,
): Promise<void> {
  const now = ctx.clock();
  const isNews =
    redisStateOf(app.redis, now) !== (seen.running ? 'running' : 'down') || differs(app.redis.seen, seen);
  await ctx.prisma.$transaction(async (tx) => {
    await tx.redis.updateMany({ where: { appId: app.id }, data: { seen, seenAt: now } });
    if (isNews) await announce(tx, app.organizationId, 'app', app.id);
  });
}

function differs(before: unknown, seen: RedisSeen): boolean {
  const known = redisSeenSchema.safeParse(before).data;
  if (known?.running !== true || !seen.running) return true;
  const { usedMemoryBytes: used, ...rest } = seen;
  const { usedMemoryBytes: usedBefore, ...restBefore } = known;
  const isNear = Math.abs(used - usedBefore) <= share * seen.maxMemoryBytes;
  return !isNear || JSON.stringify(rest) !== JSON.stringify(restBefore);
}

/** It runs on the primary from now on. */
export async function markRedisPlaced(tx: Transaction, app: Owner, at: Date): Promise<void> {
  await tx.redis.updateMany({ where: { appId: app.id, placedAt: null }, data: { placedAt: at } });
}

/** It is gone; one that was wanted again meanwhile stays wanted, and comes with the next deployment. */
export async function forgetRedis(tx: Transaction, app: Owner): Promise<void> {
  await tx.redis.deleteMany({ where: { appId: app.id, leaving: true } });
  await announce(tx, app.organizationId, 'app', app.id);
}
