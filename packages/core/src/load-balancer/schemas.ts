import { httpChangeSchema } from '@fairlead/nginx/http-settings';
import { streamsSchema } from '@fairlead/nginx/stream-settings';
import * as z from 'zod';
import { backendOptionFields, balancingFields, slowStartSecondsSchema } from '../fields/balancing.ts';
import { generationSchema } from '../fields/generation.ts';
import { idempotencyKeySchema, idSchema } from '../fields/text.ts';
import { importFields } from '../import/schemas.ts';
import { backendTlsChangeSchema } from './backend-tls-settings.ts';
import { tlsChangeSchema } from './tls-settings.ts';

const serverIds = z
  .array(idSchema)
  .min(1, 'Choose at least one server.')
  .max(100)
  .refine((ids) => new Set(ids).size === ids.length, 'A server is listed twice.');

export const enableLoadBalancerBody = z.strictObject({
  serverIds,
  ...balancingFields,
  method: balancingFields.method.default('round_robin'),
  /** Keys of the readiness checklist: all whose status is not `ok`. */
  acknowledged: z.array(z.string().max(100)).max(50).default([]),
});
export type EnableLoadBalancerBody = z.input<typeof enableLoadBalancerBody>;
const accepted = { appId: idSchema, idempotencyKey: idempotencyKeySchema };
export const enableLoadBalancerInput = enableLoadBalancerBody.extend(accepted);

/** What is left out stays as it is. */
const changeFields = {
  ...balancingFields,
  method: balancingFields.method.optional(),
  slowStartSeconds: slowStartSecondsSchema.optional(),
  /** What the front does with requests; each setting that is named replaces the one that was. */
  http: httpChangeSchema.optional(),
  /** All TCP streams, in place of those that were. */
  streams: streamsSchema.optional(),
  /** How the front speaks TLS; what is left out stays. */
  tls: tlsChangeSchema.optional(),
  /** Whether traffic to the backends is encrypted; what is left out stays. A change of its own. */
  backendTls: backendTlsChangeSchema.optional(),
};
export const changeLoadBalancerBody = z.strictObject(changeFields);
export type ChangeLoadBalancerBody = z.input<typeof changeLoadBalancerBody>;
export const changeLoadBalancerInput = changeLoadBalancerBody.extend(accepted);
export const setMaintenanceBody = z.strictObject({ enabled: z.boolean() });
export const setMaintenanceInput = setMaintenanceBody.extend(accepted);
export const moveLoadBalancerBody = z.strictObject({ serverId: idSchema });
export const moveLoadBalancerInput = moveLoadBalancerBody.extend(accepted);
const finishMoveFields = {
  /** Even though the DNS does not lead every name of the app to the new balancer. */
  confirm: z.boolean().default(false),
  /** Forget the balancer that was, where its server does not answer any more, with what lies on it. */
  abandon: z.boolean().default(false),
};
export const finishMoveBody = z.strictObject(finishMoveFields);
export type FinishMoveBody = z.input<typeof finishMoveBody>;
export const finishMoveInput = finishMoveBody.extend(accepted);
export const restoreLoadBalancerInput = z.strictObject({ ...accepted, generation: generationSchema });
export const disableLoadBalancerInput = z.strictObject(accepted);

export const addBackendBody = z.strictObject({ serverId: idSchema });
export const addBackendInput = addBackendBody.extend(accepted);

export const toggleBackendBody = z.strictObject({
  enabled: z.boolean(),
  /** Needed to disable the last backend that answers. */
  confirmLast: z.boolean().default(false),
});
export const toggleBackendInput = toggleBackendBody.extend({ ...accepted, backendId: idSchema });
/** What is left out stays as it is. */
export const configureBackendBody = z.strictObject(backendOptionFields).partial();
export type ConfigureBackendBody = z.input<typeof configureBackendBody>;
export const configureBackendInput = configureBackendBody.extend({ ...accepted, backendId: idSchema });
/** `abandon`: forget it even where its server does not answer any more, with what lies on it. */
const abandon = z.boolean().default(false);
export const removeBackendInput = z.strictObject({ ...accepted, backendId: idSchema, abandon });

/** The change whose plan is asked for: the same fields as the change itself. */
export const planBody = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('enable'),
    serverIds,
    ...balancingFields,
    method: balancingFields.method.default('round_robin'),
  }),
  z.strictObject({ action: z.literal('add'), serverId: idSchema }),
  z.strictObject({ action: z.literal('toggle'), backendId: idSchema, enabled: z.boolean() }),
  z.strictObject({ action: z.literal('configure'), backendId: idSchema, ...configureBackendBody.shape }),
  z.strictObject({ action: z.literal('remove'), backendId: idSchema, abandon }),
  z.strictObject({ action: z.literal('change'), ...changeFields }),
  z.strictObject({ action: z.literal('maintenance'), enabled: z.boolean() }),
  z.strictObject({ action: z.literal('move'), serverId: idSchema }),
  z.strictObject({ action: z.literal('finish-move'), abandon: finishMoveFields.abandon }),
  z.strictObject({ action: z.literal('restore'), generation: generationSchema }),
  z.strictObject({ action: z.literal('adopt'), driftId: idSchema }),
  z.strictObject({ action: z.literal('import'), ...importFields }),
  z.strictObject({ action: z.literal('disable') }),
]);
export type PlanBody = z.input<typeof planBody>;
export type Intent = z.output<typeof planBody>;
