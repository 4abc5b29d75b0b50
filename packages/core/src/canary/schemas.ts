import {
  canaryCookieSchema,
  canaryCookieSeconds,
  canaryPercentSchema,
} from '@fairlead/nginx/canary-settings';
import * as z from 'zod';
import { idempotencyKeySchema, idSchema } from '../fields/text.ts';

/** By what a canary is judged. The two sides are the backends with the new release, and the others. */
export const canaryRuleSchema = z.strictObject({
  /** So many requests have to be answered on each side before anything is said. */
  minRequests: z.int().min(1).max(1_000_000).default(200),
  /** A canary that has not met them by then is aborted. */
  longestSeconds: z.int().min(30).max(canaryCookieSeconds).default(1_800),
  /** How much more of its requests may fail (percentage points). */
  maxExtraErrorPercent: z.number().min(0).max(100).default(1),
  /** How much slower its 95th percentile may be (percent). */
  maxSlowerPercent: z.number().min(0).max(10_000).default(50),
});
export type CanaryRule = z.output<typeof canaryRuleSchema>;

/** How a deployment begins as a canary. */
export const canarySchema = z
  .strictObject({
    /** The share of the visitors, 1 to 50 %; 0: those alone whose cookie says `always`. */
    percent: canaryPercentSchema.default(10),
    /** Keeps each visitor on his side; `always` and `never` in it choose one. */
    cookie: canaryCookieSchema.default('fairlead_canary'),
    /** Backends that get it; none named: one that Fairlead chooses. */
    backendIds: z
      .array(idSchema)
      .max(100)
      .refine((ids) => new Set(ids).size === ids.length, 'A backend is listed twice.')
      .default([]),
    /** null: it waits for somebody to promote or abort it. */
    rule: canaryRuleSchema.nullable().prefault({}),
  })
  .describe('Deploy to some backends first, which get a share of the visitors');
export type CanaryBody = z.input<typeof canarySchema>;
export type CanarySettings = z.output<typeof canarySchema>;

export const endCanaryInput = z.strictObject({
  appId: idSchema,
  deploymentId: idSchema,
  idempotencyKey: idempotencyKeySchema,
});
export const canaryEnds = ['promote', 'abort'] as const;
export type CanaryEnd = (typeof canaryEnds)[number];
export const planCanaryBody = z.strictObject({ action: z.enum(canaryEnds) });
export const planCanaryInput = planCanaryBody.extend({ appId: idSchema, deploymentId: idSchema });
