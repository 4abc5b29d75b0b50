import * as z from 'zod';
import { idempotencyKeySchema, idSchema } from '../fields/text.ts';

/** A file by its path and by the text that it was read with: another text is another import. */
export const importFields = {
  path: z.string().min(1).max(300),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'Give the hash as it was read.'),
};
export const importBody = z.strictObject(importFields);
export const importInput = importBody.extend({ appId: idSchema, idempotencyKey: idempotencyKeySchema });
export const readSitesInput = z.strictObject({ appId: idSchema, idempotencyKey: idempotencyKeySchema });
