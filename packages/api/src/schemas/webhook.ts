import { z } from '@hono/zod-openapi';
import { operationSchema } from './operation.ts';
import { idSchema, instantSchema } from './shared.ts';

const outcomeSchema = z.enum([
  'started',
  'joined',
  'other-branch',
  'deleted',
  'not-a-push',
  'off',
  'unreadable',
  'refused',
]);

export const webhookSchema = z
  .object({
    enabled: z.boolean(),
    /** Below the dashboard’s address; null: there is none yet. */
    path: z.string().nullable(),
    /** The newest first, 20 at most. */
    deliveries: z.array(
      z.object({
        id: idSchema,
        host: z.enum(['github', 'gitlab', 'bitbucket', 'gitea']).nullable(),
        outcome: outcomeSchema,
        /** As in `refs/heads/main`; null where it names none. */
        ref: z.string().nullable(),
        commit: z.string().nullable(),
        operationId: idSchema.nullable(),
        receivedAt: instantSchema,
      }),
    ),
  })
  .openapi('Webhook');
export type Webhook = z.infer<typeof webhookSchema>;

export const webhookWithSecretSchema = webhookSchema
  .extend({
    /** Answered once, when it is new; null: it is the one that there was. */
    secret: z.string().nullable(),
  })
  .openapi('WebhookWithSecret');
export type WebhookWithSecret = z.infer<typeof webhookWithSecretSchema>;

export const receivedPushSchema = z.object({ operation: operationSchema }).openapi('ReceivedPush');
export const repeatedPushSchema = z.object({ repeated: z.literal(true) }).openapi('RepeatedPush');
