import * as z from 'zod';
import { environmentKeySchema, environmentValueSchema } from '../fields/environment.ts';
import { idSchema } from '../fields/text.ts';

/** How many variables an app may have. */
export const maxEnvironmentVariables = 500;

export const changeEnvironmentBody = z.strictObject({
  set: z
    .record(environmentKeySchema, environmentValueSchema)
    .default({})
    .refine((set) => Object.keys(set).length <= maxEnvironmentVariables, 'Too many variables.'),
  unset: z.array(z.string().max(128)).max(maxEnvironmentVariables).default([]),
});
export type ChangeEnvironmentBody = z.input<typeof changeEnvironmentBody>;
export const changeEnvironmentInput = changeEnvironmentBody.extend({ appId: idSchema });
