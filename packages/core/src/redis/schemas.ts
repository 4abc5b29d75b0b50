import * as z from 'zod';
import { idempotencyKeySchema, idSchema } from '../fields/text.ts';

export const setRedisBody = z.strictObject({
  /** How much it may hold; beside it goes what Redis itself takes. */
  memoryMib: z.int().min(16).max(1_048_576).default(256),
  /** What a full one does with the next write. */
  policy: z
    .enum(['noeviction', 'volatile-lru', 'volatile-ttl', 'allkeys-lru', 'allkeys-lfu'])
    .default('noeviction'),
});
export type SetRedisBody = z.input<typeof setRedisBody>;
export const setRedisInput = setRedisBody.extend({ appId: idSchema });
/** `confirm`: the app's name, typed: what it holds is lost. */
export const removeRedisBody = z.strictObject({ confirm: z.string().max(200) });
export const removeRedisInput = removeRedisBody.extend({ appId: idSchema });
export const rotateRedisInput = z.strictObject({ appId: idSchema, idempotencyKey: idempotencyKeySchema });
export const redisInput = z.strictObject({ appId: idSchema });
