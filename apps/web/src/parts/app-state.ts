import type { App } from '@fairlead/api/types';
import { count } from './units.ts';

/** The state that a person would name first: what is being done to an app, then how it is. */
export function appState(app: App): string {
  if (app.status !== 'live') return app.status;
  const { healthy, unhealthy, enabled } = app.backends;
  if (healthy === 0) return unhealthy > 0 ? 'unhealthy' : 'unknown';
  return healthy < enabled ? 'degraded' : 'live';
}

/** `3 of 4 backends healthy`. */
export function backendsInWords({ backends }: App): string {
  return `${backends.healthy} of ${count(backends.enabled, 'backend')} healthy`;
}
