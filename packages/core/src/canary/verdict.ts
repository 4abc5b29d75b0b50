import { errorPercent, type SideFigures, timeOf } from './figures.ts';
import type { CanaryRule } from './schemas.ts';

/** Times this near to each other count as equal: a bucket is that wide for a quick answer (milliseconds). */
const nearMs = 5;

export interface Sides {
  canary: SideFigures;
  stable: SideFigures;
}

/** What a rule says of a canary now, with the reason in words. `wait`: not enough was seen. */
export interface CanaryVerdict {
  verdict: 'wait' | 'promote' | 'abort';
  reason: string;
}

/**
 * Judges a canary by its rule. Nothing is good that has not been seen: with too few requests on either side it waits, and at the end of its time it is aborted.
 * It is aborted early where even nothing but good answers could not bring it under the limit of errors any more.
 * @param elapsedSeconds since visitors were led to it
 */
export function judgeCanary(rule: CanaryRule, sides: Sides, elapsedSeconds: number): CanaryVerdict {
  const { canary, stable } = sides;
  const isOver = elapsedSeconds >= rule.longestSeconds;
  const early = errorsReason(rule, sides, Math.max(canary.requests, rule.minRequests));
  if (stable.requests >= Math.min(rule.minRequests, 20) && early !== null)
    return { verdict: 'abort', reason: early };
  const missing = missingReason(rule, sides);
  if (missing !== null) {
    return isOver
      ? { verdict: 'abort', reason: `Its time is over. ${missing}` }
      : { verdict: 'wait', reason: missing };
  }
  const slower = slowerReason(rule, sides);
  if (slower !== null) return { verdict: 'abort', reason: slower };
  const figures = `${canary.requests} requests, ${percent(errorPercent(canary))} errors, 95 % within ${milliseconds(timeOf(canary, 0.95))}`;
  return { verdict: 'promote', reason: `The canary keeps to its limits: ${figures}.` };
}

/** Why nothing can be said yet, in words; null where enough was seen. */
export function missingReason(
  { minRequests }: Pick<CanaryRule, 'minRequests'>,
  { canary, stable }: Sides,
): string | null {
  const few = (name: string, { requests }: SideFigures) =>
    requests < minRequests ? [`${requests} of ${minRequests} on ${name}`] : [];
  const missing = [...few('the canary', canary), ...few('the others', stable)];
  return missing.length === 0 ? null : `Not enough requests yet: ${missing.join(', ')}.`;
}

/** @param among of how many requests the errors are counted: more than there were, as if all others went well */
function errorsReason(rule: CanaryRule, { canary, stable }: Sides, among: number): string | null {
  const usual = errorPercent(stable) ?? 0;
  const seen = (canary.errors / among) * 100;
  if (canary.errors === 0 || seen <= usual + rule.maxExtraErrorPercent) return null;
  return `${canary.errors} of ${canary.requests} requests to the canary failed (${percent(errorPercent(canary))}), ${percent(usual)} of the others; ${percent(rule.maxExtraErrorPercent)} more are allowed.`;
}

function slowerReason(rule: CanaryRule, { canary, stable }: Sides): string | null {
  const [slow, usual] = [timeOf(canary, 0.95), timeOf(stable, 0.95)];
  if (slow === null || usual === null) return null;
  const limit = Math.max(usual * (1 + rule.maxSlowerPercent / 100), usual + nearMs);
  if (slow <= limit) return null;
  return `95 % of the canary’s answers began within ${milliseconds(slow)}, of the others within ${milliseconds(usual)}; ${rule.maxSlowerPercent} % slower is allowed.`;
}

function percent(value: number | null): string {
  return value === null ? 'no' : `${Number(value.toFixed(2))} %`;
}

function milliseconds(value: number | null): string {
  return value === null ? 'an unknown time' : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
