import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { redisInput } from './schemas.ts';
import { type RedisView, viewRedis } from './view.ts';

/** The Redis of an app on its primary, if it wants one, and what was seen of it last. */
export const readRedis: UseCase<unknown, { redis: RedisView | null }> = async (ctx, actor, input) => {
  authorize(actor, 'redis.read');
  const { appId } = parseInput(redisInput, input);
  return viewRedis(ctx, actor, appId);
};
