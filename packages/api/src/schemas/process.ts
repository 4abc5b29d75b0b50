import { processSettingsSchema } from '@fairlead/core/schemas';
import { z } from '@hono/zod-openapi';
import { idSchema, instantSchema } from './shared.ts';

export const processSchema = z
  .object({
    settings: processSettingsSchema,
    /** Where it is declared; one of `fairlead.yml` is changed there. */
    source: z.enum(['fairlead', 'fairlead.yml']),
    /** Changed, and not yet in place. */
    pending: z.boolean(),
    /** Of a cron entry: its schedule in words, and when it is due next. */
    words: z.string().nullable(),
    dueAt: instantSchema.nullable(),
    places: z.array(
      z.object({
        backendId: idSchema,
        serverName: z.string(),
        /** `idle`: a cron entry between its runs. `unknown`: nobody has looked lately. */
        state: z.enum(['running', 'idle', 'starting', 'failing', 'stopped', 'waiting', 'unknown']),
        reason: z.string().nullable(),
        seenAt: instantSchema.nullable(),
        instances: z.array(
          z.object({
            index: z.int(),
            state: z.string(),
            restarts: z.int(),
            memoryBytes: z.int().nullable(),
            memoryMaxBytes: z.int().nullable(),
            since: instantSchema.nullable(),
          }),
        ),
        nextRunAt: instantSchema.nullable(),
        lastRun: z
          .object({
            startedAt: instantSchema,
            endedAt: instantSchema,
            /** systemd’s word: `success`, `exit-code`, `timeout`, `oom-kill`, `signal` … */
            result: z.string(),
            exitCode: z.int().nullable(),
          })
          .nullable(),
      }),
    ),
  })
  .openapi('Process');
export type Process = z.infer<typeof processSchema>;
export const processListSchema = z.object({ items: z.array(processSchema) }).openapi('ProcessList');
