import { z } from '@hono/zod-openapi';

/** An instant in ISO 8601, UTC. */
export const instantSchema = z.iso.datetime().openapi({ example: '2026-03-01T09:30:00.000Z' });
export const idSchema = z.string().openapi({ example: '019a9a5e-5d0f-7c1e-9a44-3a0d0b6d0c11' });

/** What went wrong, in words that may be shown. `code` is one of the error codes in the documentation. */
export const publicErrorSchema = z
  .object({
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    server: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi('PublicError');
export type PublicError = z.infer<typeof publicErrorSchema>;

/** RFC 9457; sent as `application/problem+json`. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    hint: z.string().optional(),
    server: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
    /** Field errors: `path` as in `domains.0`. */
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem');
export type Problem = z.infer<typeof problemSchema>;

/** A server or app named where another thing is shown. */
export const namedSchema = z.object({ id: idSchema, name: z.string() }).openapi('Named');

/** `{ items, nextCursor }`: pass `nextCursor` back as `cursor`; null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
