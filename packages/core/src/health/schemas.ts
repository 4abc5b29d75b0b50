import * as z from 'zod';
import { idSchema } from '../fields/text.ts';

export const readHealthInput = z.strictObject({
  appId: idSchema,
  /** How far back to look, 1…168 hours. */
  hours: z.coerce.number().int().min(1).max(168).default(24),
});
