import { errorPercent, type SideFigures, timeOf } from './figures.ts';
import type { CanaryRule } from './schemas.ts';
import { type CanaryState, canarySettingsOf, canaryStateOf } from './settings.ts';

export interface CanarySideView {
  requests: number;
  errors: number;
  /** null: no request was seen. */
  errorPercent: number | null;
  /** Milliseconds until half, and 95 %, of the answers without an error had begun; null: none was seen. */
  medianMs: number | null;
  p95Ms: number | null;
}

export interface CanaryView {
  percent: number;
  cookie: string;
  /** null: it is promoted or aborted by hand alone. */
  rule: CanaryRule | null;
  /** Since when visitors are led to it; null: not yet. */
  startedAt: string | null;
  /** When the balancer was asked last. */
  readAt: string | null;
  canary: CanarySideView;
  stable: CanarySideView;
  /** What the rule says now; `wait`: not enough was seen. */
  verdict: CanaryState['verdict'];
  reason: string;
  /** Why the rule is not heeded any more; null: it is. */
  paused: string | null;
  /** Whether some requests could not be counted. */
  isIncomplete: boolean;
  endedAt: string | null;
  ended: string | null;
}

/** A deployment's canary as people see it; null where it has none. */
export function viewCanary(row: { canary: unknown; canaryState: unknown }): CanaryView | null {
  const settings = canarySettingsOf(row);
  if (settings === null) return null;
  const state = canaryStateOf(row);
  const { percent, cookie, rule } = settings;
  return {
    percent,
    cookie,
    rule,
    startedAt: state?.startedAt ?? null,
    readAt: state?.readAt ?? null,
    canary: viewSide(state?.canary),
    stable: viewSide(state?.stable),
    verdict: state?.verdict ?? 'wait',
    reason: state?.reason ?? '',
    paused: state?.paused ?? null,
    isIncomplete: (state?.skippedBytes ?? 0) > 0,
    endedAt: state?.endedAt ?? null,
    ended: state?.ended ?? null,
  };
}

function viewSide(figures: SideFigures = { requests: 0, errors: 0, times: {} }): CanarySideView {
  const { requests, errors } = figures;
  return {
    requests,
    errors,
    errorPercent: errorPercent(figures),
    medianMs: timeOf(figures, 0.5),
    p95Ms: timeOf(figures, 0.95),
  };
}
