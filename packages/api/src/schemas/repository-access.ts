import { z } from '@hono/zod-openapi';
import { instantSchema } from './shared.ts';

/** What opens an app's repository; no secret half of it is ever answered. */
export const repositoryAccessSchema = z
  .object({
    transport: z.enum(['https', 'http', 'ssh']),
    /** For HTTPS; null: the repository is read as anybody may. */
    token: z
      .object({
        username: z.string(),
        setAt: instantSchema,
        /** It was given for the place that the repository is at. */
        fits: z.boolean(),
      })
      .nullable(),
    /** For SSH; the line is entered at the Git host. */
    deployKey: z.object({ publicKey: z.string(), fingerprint: z.string(), madeAt: instantSchema }).nullable(),
    /** Fingerprints of the Git server's key: pinned, and seen but not confirmed. */
    hostKey: z.object({ pinned: z.string().nullable(), offered: z.string().nullable() }),
  })
  .openapi('RepositoryAccess');
export type RepositoryAccess = z.infer<typeof repositoryAccessSchema>;

export const repositoryHeadSchema = z.object({ commit: z.string() }).openapi('RepositoryHead');
export type RepositoryHead = z.infer<typeof repositoryHeadSchema>;
