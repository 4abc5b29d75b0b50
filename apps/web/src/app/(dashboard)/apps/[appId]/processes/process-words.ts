import type { Process } from '@fairlead/api/types';

export type ProcessSettings = Process['settings'];
export type Place = Process['places'][number];

export const kindNames = { worker: 'Worker', cron: 'Cron entry', command: 'Command' } as const;

/** The badge of a place: a state of the words that all pages share. */
export const badgeOf: Record<Place['state'], string> = {
  running: 'active',
  idle: 'ready',
  starting: 'starting',
  failing: 'failed',
  stopped: 'off',
  waiting: 'pending',
  unknown: 'unknown',
};

/** What all places say together, for the page's first line. */
export function processesInWords(items: readonly Process[]): string {
  const places = items.flatMap(({ places }) => places);
  if (places.length === 0) return 'Nothing runs beside the web process';
  const count = (...states: Place['state'][]) => places.filter(({ state }) => states.includes(state)).length;
  const good = count('running', 'idle');
  const parts = [`${good} of ${places.length} run as they should`];
  if (count('failing') > 0) parts.push(`${count('failing')} failing`);
  if (count('unknown') > 0) parts.push(`${count('unknown')} not seen lately`);
  return parts.join(' · ');
}

/** How a cron entry ended last. */
export function lastRunInWords({ result, exitCode }: NonNullable<Place['lastRun']>): string {
  if (result === 'success') return 'went well';
  if (result === 'timeout') return 'took longer than its limit';
  if (result === 'oom-kill') return 'was killed for memory';
  return exitCode === null ? `failed (${result})` : `exit code ${exitCode}`;
}

/** Times that its instances were started again by themselves. */
export function restartsOf({ instances }: Place): number {
  return instances.reduce((sum, { restarts }) => sum + restarts, 0);
}

/** What its instances take, and what they may; null for what is not known or not limited. */
export function memoryOf({ instances }: Place): { used: number | null; limit: number | null } {
  const known = instances.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  const limits = instances.flatMap(({ memoryMaxBytes }) => memoryMaxBytes ?? []);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return {
    used: known.length === 0 ? null : sum(known),
    limit: limits.length < instances.length || limits.length === 0 ? null : sum(limits),
  };
}
