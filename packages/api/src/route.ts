import { fieldErrors, invalidInput } from '@fairlead/core';
import { AppError } from '@fairlead/errors';
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { problemSchema } from './schemas/shared.ts';
import type { ApiEnv } from './variables.ts';

/** A JSON answer. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  content: { 'application/json': { schema } },
  description,
});

/** A JSON body that must be there. */
export const body = <T extends z.ZodType>(schema: T) => ({
  content: { 'application/json': { schema } },
  required: true,
});

/** What every route may answer beside its own. */
export const problems = {
  default: {
    content: { 'application/problem+json': { schema: problemSchema } },
    description: 'What went wrong',
  },
} as const;

/** Makes a repeated request answer the same operation. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional()
    .openapi({
      description: 'A string of the caller’s: the same request with the same key answers the same operation.',
    }),
});

const pathId = (name: string) => z.uuid().openapi({ param: { name, in: 'path' } });
export const serverParams = z.object({ serverId: pathId('serverId') });
export const appParams = z.object({ appId: pathId('appId') });
export const backendParams = appParams.extend({ backendId: pathId('backendId') });
export const certificateParams = appParams.extend({ certificateId: pathId('certificateId') });
export const deploymentParams = appParams.extend({ deploymentId: pathId('deploymentId') });
export const processParams = appParams.extend({
  name: z
    .string()
    .max(31)
    .openapi({ param: { name: 'name', in: 'path' } }),
});
export const operationParams = z.object({ operationId: pathId('operationId') });
export const tokenParams = z.object({ tokenId: pathId('tokenId') });
export const driftParams = appParams.extend({ driftId: pathId('driftId') });
export const generationParams = appParams.extend({
  generation: z.coerce
    .number()
    .int()
    .min(0)
    .max(2_147_483_647)
    .openapi({ param: { name: 'generation', in: 'path' } }),
});

/** The security of a route that anybody may call. */
export const open: { [name: string]: string[] }[] = [];

/** A router whose refused inputs become the same error as those of the use-cases; an id that can't be one is a 404. */
export function createRouter() {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      if (result.target === 'param') throw new AppError('not-found', 'There is no such thing.');
      throw invalidInput(fieldErrors(result.error.issues as Parameters<typeof fieldErrors>[0]));
    },
  });
}
