import * as z from 'zod';
import { idempotencyKeySchema, idSchema } from '../fields/text.ts';
import { setRedisBody } from '../redis/schemas.ts';

export const rotateDatabaseBody = z.strictObject({
  /** Whether whoever comes by the network has to encrypt from then on; left out: as before. */
  tls: z.boolean().optional(),
});
export const rotateDatabaseInput = rotateDatabaseBody.extend({
  appId: idSchema,
  idempotencyKey: idempotencyKeySchema,
});

/** The change whose plan is asked for: the same fields as the change itself. */
export const databasePlanBody = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('rotate'), ...rotateDatabaseBody.shape }),
  z.strictObject({ action: z.literal('set-redis'), ...setRedisBody.shape }),
  z.strictObject({ action: z.literal('remove-redis') }),
  z.strictObject({ action: z.literal('rotate-redis') }),
]);
export type DatabasePlanBody = z.input<typeof databasePlanBody>;
export type DatabaseIntent = z.output<typeof databasePlanBody>;
