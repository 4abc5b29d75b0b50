import * as z from 'zod';

/** What an import changed, as it was before: a refused one is taken back whole. */
const beforeSchema = z.object({
  domains: z.array(z.string()),
  http: z.unknown(),
  method: z.string(),
  hashKey: z.string(),
  stickyCookie: z.string(),
  backends: z.array(
    z.object({
      id: z.string(),
      desired: z.string(),
      weight: z.int(),
      maxFails: z.int(),
      failTimeoutSeconds: z.int(),
      maxConns: z.int(),
      backup: z.boolean(),
    }),
  ),
});

const importEntrySchema = z.object({
  /** The balancer whose file it is. */
  serverId: z.string(),
  path: z.string(),
  sha256: z.string(),
  /** ISO 8601. */
  importedAt: z.string(),
  /** The generation that it came with. */
  generation: z.int(),
  before: beforeSchema,
});

/** A file of the balancer's own that the front took the place of. */
export type ImportEntry = z.infer<typeof importEntrySchema>;

/** The imports of a load balancer's row, the newest last. */
export function importsOf({ imports }: { imports: unknown }): ImportEntry[] {
  return z.array(importEntrySchema).parse(imports ?? []);
}
