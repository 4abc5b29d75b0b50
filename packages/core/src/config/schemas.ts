import * as z from 'zod';
import { generationTextSchema } from '../fields/generation.ts';
import { idSchema } from '../fields/text.ts';

export const readConfigInput = z.strictObject({
  appId: idSchema,
  generation: generationTextSchema,
  /** The generation that the diff starts from; without it, the one that was applied before. */
  against: generationTextSchema.optional(),
});
