import { z } from 'zod';

/** Addresses that a directory names. @see https://www.rfc-editor.org/rfc/rfc8555#section-7.1.1 */
export const directorySchema = z.object({
  newNonce: z.url(),
  newAccount: z.url(),
  newOrder: z.url(),
  /** RFC 9773; a directory that has it says when to renew. */
  renewalInfo: z.url().optional(),
  meta: z
    .object({ termsOfService: z.string().optional(), externalAccountRequired: z.boolean().optional() })
    .optional(),
});
export type Directory = z.infer<typeof directorySchema>;

export const problemSchema = z.object({
  type: z.string().default(''),
  detail: z.string().default(''),
  subproblems: z
    .array(
      z.object({
        detail: z.string().default(''),
        identifier: z.object({ value: z.string() }).optional(),
      }),
    )
    .optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export const orderSchema = z.object({
  status: z.enum(['pending', 'ready', 'processing', 'valid', 'invalid']),
  authorizations: z.array(z.url()).max(100),
  finalize: z.url(),
  certificate: z.url().optional(),
  error: problemSchema.optional(),
});
export type Order = z.infer<typeof orderSchema>;

const challengeSchema = z.object({
  type: z.string(),
  url: z.url(),
  /** base64url, so that it can be the name of a file. */
  token: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,128}$/)
    .optional(),
  status: z.string().optional(),
  error: problemSchema.optional(),
});

export const authorizationSchema = z.object({
  status: z.enum(['pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked']),
  identifier: z.object({ type: z.string(), value: z.string() }),
  challenges: z.array(challengeSchema),
});
export type Authorization = z.infer<typeof authorizationSchema>;

/** @see https://www.rfc-editor.org/rfc/rfc9773#section-4.2 */
export const renewalInfoSchema = z.object({
  suggestedWindow: z.object({ start: z.coerce.date(), end: z.coerce.date() }),
  explanationURL: z.string().optional(),
});
