import { hostedCheckSchema } from '@fairlead/core';
import { z } from '@hono/zod-openapi';
import { instantSchema } from './shared.ts';

export const hostedDatabaseSchema = z
  .object({
    /** null: the app uses no database elsewhere. */
    hosted: z
      .object({
        engine: z.enum(['postgresql', 'mariadb']),
        host: z.string(),
        port: z.int(),
        name: z.string(),
        user: z.string(),
        tls: z.enum(['off', 'require', 'verify']),
        authority: z.string().nullable(),
        setAt: instantSchema,
        /** The next deployment brings it to the backends. */
        pending: z.boolean(),
        checkedAt: instantSchema.nullable(),
        checks: z.array(hostedCheckSchema),
      })
      .nullable(),
  })
  .openapi('HostedDatabase');
export type HostedDatabase = z.infer<typeof hostedDatabaseSchema>;
