import { z } from '@hono/zod-openapi';
import { idSchema, instantSchema, namedSchema, pageOf, publicErrorSchema } from './shared.ts';

export const releaseSchema = z
  .object({
    id: idSchema,
    deploymentId: idSchema,
    backendId: idSchema,
    serverId: idSchema,
    serverName: z.string(),
    commit: z.string(),
    kept: z.boolean(),
    status: z.enum(['pending', 'building', 'live', 'failed', 'cancelled', 'superseded']),
    error: publicErrorSchema.nullable(),
    startedAt: instantSchema.nullable(),
    finishedAt: instantSchema.nullable(),
  })
  .openapi('Release');
export type Release = z.infer<typeof releaseSchema>;

const side = z.object({
  requests: z.int(),
  errors: z.int(),
  /** null: no request was seen. */
  errorPercent: z.number().nullable(),
  medianMs: z.number().nullable(),
  p95Ms: z.number().nullable(),
});
export const canarySchema = z
  .object({
    percent: z.int(),
    cookie: z.string(),
    rule: z
      .object({
        minRequests: z.int(),
        longestSeconds: z.int(),
        maxExtraErrorPercent: z.number(),
        maxSlowerPercent: z.number(),
      })
      .nullable(),
    startedAt: instantSchema.nullable(),
    readAt: instantSchema.nullable(),
    canary: side,
    stable: side,
    verdict: z.enum(['wait', 'promote', 'abort']),
    reason: z.string(),
    paused: z.string().nullable(),
    isIncomplete: z.boolean(),
    endedAt: instantSchema.nullable(),
    ended: z.string().nullable(),
  })
  .openapi('Canary');
export type Canary = z.infer<typeof canarySchema>;

export const deploymentSchema = z
  .object({
    id: idSchema,
    appId: idSchema,
    number: z.int(),
    /** 40 hexadecimal digits; null until the first step has resolved the branch. */
    commit: z.string().nullable(),
    commitMessage: z.string().nullable(),
    branch: z.string(),
    /** Asked for instead of the branch’s head. */
    tag: z.string().nullable(),
    status: z.enum([
      'queued',
      'running',
      'canary',
      'succeeded',
      'failed',
      'cancelled',
      'aborted',
      'superseded',
    ]),
    rollbackTo: z.object({ id: idSchema, number: z.int() }).nullable(),
    operationId: idSchema.nullable(),
    createdBy: namedSchema.nullable(),
    createdAt: instantSchema,
    finishedAt: instantSchema.nullable(),
    releases: z.array(releaseSchema),
    canary: canarySchema.nullable(),
  })
  .openapi('Deployment');
export const deploymentLogSchema = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        serverId: idSchema.nullable(),
        serverName: z.string().nullable(),
        at: instantSchema,
        stream: z.enum(['stdout', 'stderr', 'fairlead']),
        text: z.string(),
      }),
    ),
    nextAfter: z.string().nullable(),
    more: z.boolean(),
  })
  .openapi('DeploymentLog');
export type DeploymentLog = z.infer<typeof deploymentLogSchema>;
export type Deployment = z.infer<typeof deploymentSchema>;
export const deploymentPageSchema = pageOf(deploymentSchema).openapi('DeploymentPage');
