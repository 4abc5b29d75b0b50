import * as z from 'zod';
import { personNameSchema } from '../fields/text.ts';

export const emailSchema = z
  .email('This is not an e-mail address.')
  .max(254)
  .transform((email) => email.toLowerCase());
/** Long beats complicated (NIST SP 800-63B): no rules about characters. */
export const passwordSchema = z.string().min(10, 'Use at least 10 characters.').max(128);

export const claimSetupInput = z.strictObject({
  token: z.string().min(1).max(200),
  name: personNameSchema,
  email: emailSchema,
  password: passwordSchema,
  organization: personNameSchema,
});
export type ClaimSetupInput = z.input<typeof claimSetupInput>;
