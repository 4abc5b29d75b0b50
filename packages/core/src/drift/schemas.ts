import * as z from 'zod';
import { idempotencyKeySchema, idSchema } from '../fields/text.ts';

export const putBackInput = z.strictObject({ appId: idSchema, idempotencyKey: idempotencyKeySchema });
export const adoptDriftInput = putBackInput.extend({ driftId: idSchema });
