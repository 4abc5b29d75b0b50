import { z } from '@hono/zod-openapi';
import { healthStateSchema } from './load-balancer.ts';
import { idSchema, instantSchema } from './shared.ts';

export const healthReadSchema = z
  .object({
    appId: idSchema,
    from: instantSchema,
    to: instantSchema,
    /** Width of one bar, milliseconds. */
    barMs: z.number(),
    backends: z.array(
      z.object({
        backendId: idSchema,
        serverId: idSchema,
        serverName: z.string(),
        role: z.enum(['primary', 'replica']),
        desired: z.enum(['enabled', 'disabled', 'removed']),
        health: healthStateSchema,
        reason: z.string().nullable(),
        latencyMs: z.number().nullable(),
        status: z.int().nullable(),
        checkedAt: instantSchema.nullable(),
        changedAt: instantSchema.nullable(),
        /** Share of good checks in the window, 0…1; null without any check. */
        uptime: z.number().nullable(),
        /** 90 bars, oldest first; `state` is `unknown` where nothing was checked. */
        bars: z.array(
          z.object({
            at: instantSchema,
            total: z.int(),
            healthy: z.int(),
            state: z.enum(['healthy', 'degraded', 'unhealthy', 'unknown']),
            /** Mean of the good checks. */
            latencyMs: z.number().nullable(),
            /** The commonest reason of a bad check. */
            reason: z.string().nullable(),
          }),
        ),
        /** The newest 20 checks, newest first. */
        last: z.array(
          z.object({
            at: instantSchema,
            healthy: z.boolean(),
            status: z.int().nullable(),
            latencyMs: z.number().nullable(),
            reason: z.string().nullable(),
          }),
        ),
      }),
    ),
  })
  .openapi('HealthRead');
export type HealthRead = z.infer<typeof healthReadSchema>;
