import { z } from '@hono/zod-openapi';
import { idSchema, instantSchema } from './shared.ts';

const lineSchema = z.object({
  host: z.string(),
  port: z.int(),
  /** `backend`: takes the line over. `server`: is registered and does not run this app. `unknown`: is no registered server. */
  is: z.enum(['backend', 'server', 'unknown']),
  server: z.object({ id: idSchema, name: z.string() }).nullable(),
  /** What the line says beside the address, in words. */
  options: z.array(z.string()),
});

export const importSchema = z
  .object({
    path: z.string(),
    /** Of the text as it was read: an import names it. */
    sha256: z.string(),
    blocks: z.array(
      z.object({
        names: z.array(z.string()),
        listens: z.array(z.string()),
        /** Where it leads requests; null where it leads nowhere. */
        upstream: z.string().nullable(),
        does: z.enum(['proxies', 'to-https', 'other']),
      }),
    ),
    /** Why it can't be imported, and what to do; null: it can. */
    refusal: z.string().nullable(),
    /** What an import would make; null where it can't be. */
    result: z
      .object({
        names: z.array(z.string()),
        tls: z.boolean(),
        method: z.string(),
        servers: z.array(lineSchema),
        /** HTTP settings in words. */
        settings: z.array(z.string()),
        snippet: z.array(z.string()),
        /** What Fairlead does by itself. */
        covered: z.array(z.string()),
        lost: z.array(z.object({ text: z.string(), why: z.string() })),
      })
      .nullable(),
  })
  .openapi('Import');
export type Import = z.infer<typeof importSchema>;

export const importListSchema = z
  .object({
    /** The balancer, whose Nginx was read. */
    server: z.object({ id: idSchema, name: z.string() }),
    /** null: it was not read yet. */
    readAt: instantSchema.nullable(),
    items: z.array(importSchema),
    /** Files that were not read. */
    leftOut: z.array(z.object({ path: z.string(), why: z.string() })),
    /** Files that the front took the place of, the newest first. */
    imported: z.array(z.object({ path: z.string(), serverName: z.string(), importedAt: instantSchema })),
  })
  .openapi('ImportList');
export type ImportList = z.infer<typeof importListSchema>;
