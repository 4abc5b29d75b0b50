import * as z from 'zod';
import { commitSchema, idempotencyKeySchema, idSchema } from '../fields/text.ts';
import { pageFields } from '../page.ts';

export const startDeploymentBody = z.strictObject({ commit: commitSchema.optional() });
export const startDeploymentInput = startDeploymentBody.extend({
  appId: idSchema,
  idempotencyKey: idempotencyKeySchema,
});
export const listDeploymentsInput = z.strictObject({ appId: idSchema, ...pageFields });
export const readDeploymentInput = z.strictObject({ appId: idSchema, deploymentId: idSchema });
