import * as z from 'zod';
import { idSchema, nameSchema } from '../fields/text.ts';

export const createTokenInput = z.strictObject({
  name: nameSchema,
  scopes: z
    .array(z.enum(['read', 'write']))
    .min(1, 'Choose at least one scope.')
    .max(2)
    .refine((scopes) => new Set(scopes).size === scopes.length, 'A scope is listed twice.'),
  /** null: it never expires. */
  expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
});
export type CreateTokenInput = z.input<typeof createTokenInput>;
export const tokenInput = z.strictObject({ tokenId: idSchema });
