import * as z from 'zod';
import { idempotencyKeySchema, idSchema } from '../fields/text.ts';
import {
  commandTimeLimitSchema,
  processBody,
  processCommandSchema,
  processNameSchema,
  processSettingsSchema,
} from './settings.ts';

export * from './settings.ts';

export const processesInput = z.strictObject({ appId: idSchema });
const intent = { appId: idSchema, idempotencyKey: idempotencyKeySchema };
export const setProcessInput = z.strictObject({ ...intent, name: processNameSchema, process: processBody });
export const removeProcessInput = z.strictObject({ ...intent, name: processNameSchema });

/** The change whose plan is asked for: the same fields as the change itself. */
export const processPlanBody = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('set-process'), process: processSettingsSchema }),
  z.strictObject({ action: z.literal('remove-process'), name: processNameSchema }),
]);
export type ProcessPlanBody = z.input<typeof processPlanBody>;
export type ProcessIntent = z.output<typeof processPlanBody>;

/** A command on a line, or one that the app declares by its name. */
export const runCommandBody = z.strictObject({
  backendId: idSchema,
  name: processNameSchema.optional(),
  command: processCommandSchema.optional(),
  /** Left out: that of the declared command, or an hour. */
  timeLimitSeconds: commandTimeLimitSchema.optional(),
});
export type RunCommandBody = z.input<typeof runCommandBody>;
export const runCommandInput = runCommandBody.extend(intent);
