import { z } from '@hono/zod-openapi';
import { idSchema, instantSchema } from './shared.ts';

export const driftSchema = z
  .object({
    id: idSchema,
    appId: idSchema,
    server: z.object({ id: idSchema, name: z.string() }),
    kind: z.enum(['file', 'rule', 'grant']),
    /** The file's path, `firewall`, or the database engine. */
    subject: z.string(),
    /** Of a file, as it was applied. */
    generation: z.int().nullable(),
    /** What was put there: the file's text, or one rule or grant a line. */
    expected: z.string().nullable(),
    /** What is there now; null: gone, or too long to show. */
    actual: z.string().nullable(),
    /** Unified diff from expected to actual; null where one side is not known. */
    diff: z.string().nullable(),
    /** Settings can say what was made of it by hand. */
    adoptable: z.boolean(),
    foundAt: instantSchema,
  })
  .openapi('Drift');
export type Drift = z.infer<typeof driftSchema>;
export const driftListSchema = z.object({ items: z.array(driftSchema) }).openapi('DriftList');
