import { redisPolicies } from '@fairlead/core';
import { z } from '@hono/zod-openapi';
import { instantSchema } from './shared.ts';

export const redisSchema = z
  .object({
    /** null: the app wants none. */
    redis: z
      .object({
        port: z.int(),
        user: z.string(),
        /** Another password was made and has not reached every backend: both open it. */
        rotating: z.boolean(),
        passwordSetAt: instantSchema.nullable(),
        host: z.string().nullable(),
        memoryMib: z.int(),
        policy: z.enum(redisPolicies),
        setAt: instantSchema,
        /** A deployment has put it on the primary. */
        placed: z.boolean(),
        /** The next deployment brings what was set. */
        pending: z.boolean(),
        /** The next deployment takes it away. */
        leaving: z.boolean(),
        /** By the last look; unknown where that is more than 90 seconds ago. */
        state: z.enum(['running', 'down', 'unknown']),
        seenAt: instantSchema.nullable(),
        seen: z
          .object({
            version: z.string(),
            usedMemoryBytes: z.int(),
            maxMemoryBytes: z.int(),
            clients: z.int(),
            evictedKeys: z.int(),
            writesToDisk: z.boolean(),
          })
          .nullable(),
      })
      .nullable(),
  })
  .openapi('Redis');
export type Redis = z.infer<typeof redisSchema>;
