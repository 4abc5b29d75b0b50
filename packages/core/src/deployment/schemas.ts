import * as z from 'zod';
import { commitSchema, idempotencyKeySchema, idSchema } from '../fields/text.ts';
import { pageFields } from '../page.ts';

/** Nothing: the head of the branch. */
export const startDeploymentBody = z.strictObject({
  commit: commitSchema.optional(),
  /** Id of an earlier deployment of the app that had succeeded: its commit, from its builds where they are kept. */
  rollbackTo: idSchema.optional(),
  /** Build even what was built before. */
  rebuild: z.boolean().optional(),
});
export const startDeploymentInput = startDeploymentBody.extend({
  appId: idSchema,
  idempotencyKey: idempotencyKeySchema,
});
export const listDeploymentsInput = z.strictObject({ appId: idSchema, ...pageFields });
export const readDeploymentInput = z.strictObject({ appId: idSchema, deploymentId: idSchema });
