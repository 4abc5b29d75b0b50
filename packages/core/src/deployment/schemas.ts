import * as z from 'zod';
import { canarySchema } from '../canary/schemas.ts';
import { commitSchema, idempotencyKeySchema, idSchema, tagSchema } from '../fields/text.ts';
import { readLogInput } from '../operation/schemas.ts';
import { pageFields } from '../page.ts';

/** Nothing: the head of the branch. */
export const startDeploymentBody = z.strictObject({
  commit: commitSchema.optional(),
  /** What a tag points at. */
  tag: tagSchema.optional(),
  /** Id of an earlier deployment of the app that had succeeded: its commit, from its builds where they are kept. */
  rollbackTo: idSchema.optional(),
  /** Build even what was built before. */
  rebuild: z.boolean().optional(),
  /** Begin as a canary. */
  canary: canarySchema.optional(),
});
export const startDeploymentInput = startDeploymentBody
  .extend({ appId: idSchema, idempotencyKey: idempotencyKeySchema })
  .refine(({ commit, tag }) => commit === undefined || tag === undefined, {
    path: ['tag'],
    message: 'Give a tag or a commit, not both.',
  })
  .refine(({ rollbackTo, commit, tag, rebuild }) => rollbackTo === undefined || !(commit ?? tag ?? rebuild), {
    path: ['rollbackTo'],
    message: 'A rollback takes the commit and the builds of an earlier deployment: give it alone.',
  })
  .refine(({ rollbackTo, canary }) => rollbackTo === undefined || canary === undefined, {
    path: ['canary'],
    message: 'A rollback brings back what has served: it is no canary.',
  });
export const listDeploymentsInput = z.strictObject({ appId: idSchema, ...pageFields });
export const readDeploymentLogBody = z.strictObject({
  /** Only what was done on this backend's server. */
  backendId: idSchema.optional(),
  ...readLogInput.omit({ operationId: true }).shape,
});
export const readDeploymentLogInput = readDeploymentLogBody.extend({
  appId: idSchema,
  deploymentId: idSchema,
});
export const readDeploymentInput = z.strictObject({ appId: idSchema, deploymentId: idSchema });
