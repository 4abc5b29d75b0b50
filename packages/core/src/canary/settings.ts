import { canaryCookieSchema, canaryPercentSchema } from '@fairlead/nginx';
import * as z from 'zod';
import { sideFiguresSchema } from './figures.ts';
import { type CanarySettings, canarySchema } from './schemas.ts';

/** What a load balancer's row says of the canary that its front leads visitors to. */
const frontCanary = z.object({
  deploymentId: z.string(),
  number: z.int(),
  percent: canaryPercentSchema,
  cookie: canaryCookieSchema,
});
export type FrontCanaryRow = z.output<typeof frontCanary>;

const state = z.object({
  /** Since when visitors are led to it. */
  startedAt: z.iso.datetime(),
  /** The balancer's clock at the first look (milliseconds): what ended before does not count. */
  sinceMs: z.int().nullable().default(null),
  cursor: z.object({ inode: z.int(), offset: z.int() }).nullable().default(null),
  /** The last look; null: there was none. */
  readAt: z.iso.datetime().nullable().default(null),
  /** Bytes of the log that nobody could read in time. */
  skippedBytes: z.int().default(0),
  canary: sideFiguresSchema,
  stable: sideFiguresSchema,
  verdict: z.enum(['wait', 'promote', 'abort']).default('wait'),
  reason: z.string().default(''),
  /** Why its rule does nothing any more, e.g. that promoting failed; null: it is heeded. */
  paused: z.string().nullable().default(null),
  endedAt: z.iso.datetime().nullable().default(null),
  /** Who ended it and why, in words. */
  ended: z.string().nullable().default(null),
});
export type CanaryState = z.output<typeof state>;

/** The canary of a load balancer's row; null for none. */
export function frontCanaryOf({ canary }: { canary?: unknown }): FrontCanaryRow | null {
  return canary == null ? null : frontCanary.parse(canary);
}

/** How a deployment begins as a canary; null where it does not. */
export function canarySettingsOf({ canary }: { canary: unknown }): CanarySettings | null {
  return canary === null ? null : canarySchema.parse(canary);
}

/** What was seen of a deployment's canary; null before visitors were led to it. */
export function canaryStateOf({ canaryState }: { canaryState: unknown }): CanaryState | null {
  return canaryState === null ? null : state.parse(canaryState);
}
