import { z } from '@hono/zod-openapi';
import { idSchema, instantSchema, pageOf, publicErrorSchema } from './shared.ts';

export const stepSchema = z
  .object({
    id: idSchema,
    /** Stable within the operation, e.g. `build:<backendId>`. */
    key: z.string(),
    position: z.int(),
    title: z.string(),
    serverId: idSchema.nullable(),
    serverName: z.string().nullable(),
    status: z.enum(['pending', 'running', 'succeeded', 'failed', 'skipped']),
    /** 0…1 where the share is known. */
    progress: z.number().nullable(),
    detail: z.string().nullable(),
    error: publicErrorSchema.nullable(),
    startedAt: instantSchema.nullable(),
    finishedAt: instantSchema.nullable(),
  })
  .openapi('Step');
export type Step = z.infer<typeof stepSchema>;

export const operationSchema = z
  .object({
    id: idSchema,
    kind: z.enum([
      'server.check',
      'server.prepare',
      'app.deploy',
      'database.rotate',
      'redis.rotate',
      'hosted-database.check',
      'process.set',
      'process.remove',
      'process.run',
      'app.remove',
      'load-balancer.enable',
      'load-balancer.change',
      'load-balancer.maintenance',
      'load-balancer.move',
      'load-balancer.finish-move',
      'load-balancer.slow-start',
      'load-balancer.restore',
      'load-balancer.import',
      'load-balancer.disable',
      'backend.add',
      'backend.toggle',
      'backend.configure',
      'backend.remove',
      'backend.catch-up',
      'canary.promote',
      'canary.abort',
      'certificate.order',
      'import.read',
      'drift.put-back',
      'drift.adopt',
    ]),
    title: z.string(),
    status: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
    appId: idSchema.nullable(),
    appName: z.string().nullable(),
    serverId: idSchema.nullable(),
    serverName: z.string().nullable(),
    backendId: idSchema.nullable(),
    deploymentId: idSchema.nullable(),
    generation: z.int().nullable(),
    error: publicErrorSchema.nullable(),
    actorName: z.string().nullable(),
    attempt: z.int(),
    /** Share of the steps that have ended, 0…1; null before the first step is known. */
    progress: z.number().nullable(),
    /** Title of the step that runs now, or of the one that failed. */
    currentStep: z.string().nullable(),
    createdAt: instantSchema,
    startedAt: instantSchema.nullable(),
    finishedAt: instantSchema.nullable(),
    cancelRequestedAt: instantSchema.nullable(),
  })
  .openapi('Operation');
export type Operation = z.infer<typeof operationSchema>;

export const operationReadSchema = operationSchema
  .extend({ steps: z.array(stepSchema) })
  .openapi('OperationWithSteps');
export type OperationWithSteps = z.infer<typeof operationReadSchema>;
export const operationPageSchema = pageOf(operationSchema).openapi('OperationPage');
/** The answer of every 202. */
export const acceptedSchema = z.object({ operation: operationSchema }).openapi('Accepted');
export type Accepted = z.infer<typeof acceptedSchema>;

export const logLineSchema = z
  .object({
    /** Grows; pass the last one as `after`. */
    id: z.string(),
    stepId: idSchema.nullable(),
    at: instantSchema,
    stream: z.enum(['stdout', 'stderr', 'fairlead']),
    text: z.string(),
  })
  .openapi('LogLine');
export type LogLine = z.infer<typeof logLineSchema>;
/** `nextAfter` is what to pass as `after` next time, also when there were no new lines. `more`: ask again at once. */
export const logPageSchema = z
  .object({ items: z.array(logLineSchema), nextAfter: z.string().nullable(), more: z.boolean() })
  .openapi('LogPage');
export type LogPage = z.infer<typeof logPageSchema>;
