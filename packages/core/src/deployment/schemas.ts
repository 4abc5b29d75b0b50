import * as z from 'zod';
import { commitSchema, idempotencyKeySchema, idSchema, tagSchema } from '../fields/text.ts';
import { pageFields } from '../page.ts';

/** A commit, or what a tag points at; neither: the head of the branch. */
export const startDeploymentBody = z.strictObject({
  commit: commitSchema.optional(),
  tag: tagSchema.optional(),
});
export const startDeploymentInput = startDeploymentBody
  .extend({ appId: idSchema, idempotencyKey: idempotencyKeySchema })
  .refine(({ commit, tag }) => commit === undefined || tag === undefined, {
    path: ['tag'],
    message: 'Give a tag or a commit, not both.',
  });
export const listDeploymentsInput = z.strictObject({ appId: idSchema, ...pageFields });
export const readDeploymentInput = z.strictObject({ appId: idSchema, deploymentId: idSchema });
