import { z } from '@hono/zod-openapi';
import { idSchema, instantSchema } from './shared.ts';

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
        checks: z.array(
          z.object({
            backendId: idSchema,
            serverName: z.string(),
            checks: z.array(
              z.object({
                key: z.enum(['dns', 'tcp', 'tls', 'sign-in', 'query', 'rights']),
                status: z.enum(['passed', 'failed', 'skipped']),
                detail: z.string().nullable(),
                fix: z.string().nullable(),
              }),
            ),
            maxConnections: z.int().nullable(),
            connections: z.int().nullable(),
          }),
        ),
      })
      .nullable(),
  })
  .openapi('HostedDatabase');
export type HostedDatabase = z.infer<typeof hostedDatabaseSchema>;
