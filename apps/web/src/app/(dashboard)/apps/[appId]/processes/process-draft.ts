import type { ProcessSettings } from './process-words.ts';

/** All fields of the form; those that a kind has none of are left out when it is sent. */
export interface Draft {
  name: string;
  kind: ProcessSettings['kind'];
  command: string;
  count: number;
  schedule: string;
  timeZone: string;
  place: 'all' | 'one';
  backendId: string | null;
  memoryMib: number | null;
  stopTimeoutSeconds: number;
  timeLimitSeconds: number;
}

const fresh: Omit<Draft, 'kind' | 'place'> = {
  name: '',
  command: '',
  count: 1,
  schedule: '0 3 * * *',
  timeZone: 'UTC',
  backendId: null,
  memoryMib: null,
  stopTimeoutSeconds: 30,
  timeLimitSeconds: 3_600,
};

/** The form as it is opened: for what there is, or for a new one of a kind. */
export function draftOf(known: ProcessSettings | ProcessSettings['kind']): Draft {
  if (typeof known === 'string') return { ...fresh, kind: known, place: known === 'cron' ? 'one' : 'all' };
  return { ...fresh, place: 'all', ...known };
}

/** What is sent, with its name. */
export function settingsOf(draft: Draft): ProcessSettings {
  const { name, kind, command, memoryMib, place, backendId, stopTimeoutSeconds, timeLimitSeconds } = draft;
  const common = { name, command, memoryMib };
  if (kind === 'command') return { ...common, kind, timeLimitSeconds };
  const placed = { ...common, place, backendId: place === 'all' ? null : backendId, stopTimeoutSeconds };
  if (kind === 'worker') return { ...placed, kind, count: draft.count };
  return { ...placed, kind, schedule: draft.schedule, timeZone: draft.timeZone, timeLimitSeconds };
}
