import type { Overview } from '@fairlead/api/types';
import { count } from '../../../parts/units.ts';

/** The page's question, answered in a line: is everything serving? */
export function fleetAnswer({ apps, servers, backends, failed }: Overview): string {
  if (servers.length === 0) return 'No server yet. Add the first one to begin.';
  if (apps.length === 0) {
    const ready = servers.filter((server) => server.status === 'ready').length;
    return `${ready} of ${count(servers.length, 'server')} ready, no app yet.`;
  }
  const live = apps.filter((app) => app.status === 'live').length;
  const parts = [
    `${live} of ${count(apps.length, 'app')} live`,
    `${backends.healthy} of ${count(backends.enabled, 'backend')} healthy`,
  ];
  if (failed.length > 0) parts.push(`${count(failed.length, 'failure')} to look at`);
  return parts.join(' · ');
}
