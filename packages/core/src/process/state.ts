import type { SeenProcess } from './seen.ts';
import type { PlacedSettings } from './settings.ts';

/** `idle`: a cron entry between its runs. `unknown`: nobody has looked lately. */
export type ProcessState = 'running' | 'idle' | 'starting' | 'failing' | 'stopped' | 'waiting' | 'unknown';

interface Look {
  seen: SeenProcess | null;
  /** The look is young enough to say what is. */
  isFresh: boolean;
  isWanted: boolean;
  /** The backend serves a release. */
  isServing: boolean;
}

interface Verdict {
  state: ProcessState;
  reason: string | null;
}

/** What a process does on a backend, from a look at it. Nothing is said to run that was not seen lately. */
export function stateOf(settings: PlacedSettings, { seen, isFresh, isWanted, isServing }: Look): Verdict {
  if (!isWanted) return { state: 'failing', reason: 'It should not be here any more.' };
  if (!isServing) return { state: 'waiting', reason: 'It starts with the first release here.' };
  if (!isFresh) return { state: 'unknown', reason: 'The server has not answered lately.' };
  if (seen === null || seen.kind !== settings.kind) {
    return { state: 'waiting', reason: 'It has not been put here yet.' };
  }
  return seen.kind === 'worker' ? workerState(seen, settings) : cronState(seen);
}

function workerState(
  { instances }: Extract<SeenProcess, { kind: 'worker' }>,
  settings: PlacedSettings,
): Verdict {
  const wanted = settings.kind === 'worker' ? settings.count : 0;
  if (instances.length !== wanted)
    return { state: 'waiting', reason: 'Another number of instances waits to be set.' };
  if (wanted === 0) return { state: 'stopped', reason: 'No instance is wanted.' };
  const count = (...states: string[]) => instances.filter(({ state }) => states.includes(state)).length;
  const broken = count('failed', 'restarting', 'stopped', 'stopping');
  if (broken > 0) {
    const code = instances.find(({ state }) => state === 'failed' || state === 'restarting')?.exitCode;
    const why = code == null ? '' : ` The last one ended with exit code ${code}.`;
    return { state: 'failing', reason: `${broken} of ${wanted} instances do not run.${why}` };
  }
  return count('starting') > 0 ? { state: 'starting', reason: null } : { state: 'running', reason: null };
}

const results: Record<string, string> = {
  timeout: 'it took longer than its limit',
  'oom-kill': 'it was killed for memory',
  signal: 'it was killed by a signal',
  'core-dump': 'it crashed',
};

function cronState(seen: Extract<SeenProcess, { kind: 'cron' }>): Verdict {
  if (!seen.scheduled) return { state: 'failing', reason: 'Its timer does not run.' };
  if (seen.running) return { state: 'running', reason: null };
  const { lastRun } = seen;
  if (lastRun === null || lastRun.result === 'success') return { state: 'idle', reason: null };
  const why = results[lastRun.result] ?? `it ended with exit code ${lastRun.exitCode ?? '?'}`;
  return { state: 'failing', reason: `The last run failed: ${why}.` };
}
