import * as z from 'zod';
import { idSchema } from '../fields/text.ts';
import { pageFields } from '../page.ts';

export const operationStatusSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);

export const listOperationsInput = z.strictObject({
  status: operationStatusSchema.optional(),
  appId: idSchema.optional(),
  serverId: idSchema.optional(),
  ...pageFields,
});
export const operationInput = z.strictObject({ operationId: idSchema });
export const readLogInput = operationInput.extend({
  /** Id of the last line seen. */
  after: z
    .string()
    .regex(/^(0|[1-9][0-9]{0,17})$/, 'Give the id of a log line.')
    .optional(),
  limit: z.coerce.number().int().min(1).max(5000).default(1000),
});
