import type { Backend } from '@fairlead/db';
import type { Transaction } from '../events.ts';
import { type Fleet, loadFleet } from '../fleet.ts';
import { isoOf } from '../tenant.ts';
import { parseCrontab } from './crontab.ts';
import { readDeclared } from './declared.ts';
import { nextRun } from './next-run.ts';
import { knownProcesses, placesOf, processesIn } from './processes-of.ts';
import { scheduleWords } from './schedule-words.ts';
import { type SeenProcess, seenOf } from './seen.ts';
import type { ProcessSettings } from './settings.ts';
import { type ProcessState, stateOf } from './state.ts';

/** How old a look may be to say what is (milliseconds): four turns of the watch. */
const freshMs = 90_000;

/** A process on one backend, as it was seen last. */
export interface ProcessPlaceView {
  backendId: string;
  serverName: string;
  state: ProcessState;
  /** In words, what is not as it should be. */
  reason: string | null;
  seenAt: string | null;
  instances: {
    index: number;
    state: string;
    restarts: number;
    memoryBytes: number | null;
    memoryMaxBytes: number | null;
    since: string | null;
  }[];
  /** Of a cron entry: when systemd starts it next, and how it ended last. */
  nextRunAt: string | null;
  lastRun: { startedAt: string; endedAt: string; result: string; exitCode: number | null } | null;
}

export interface ProcessView {
  settings: ProcessSettings;
  source: 'fairlead' | 'fairlead.yml';
  /** Changed, and not yet in place. */
  pending: boolean;
  /** Of a cron entry: its schedule in words, and when it is due next. */
  words: string | null;
  dueAt: string | null;
  places: ProcessPlaceView[];
}

/** All of an app's processes, with what each does where. */
export async function viewProcesses(tx: Transaction, appId: string, now: Date): Promise<ProcessView[]> {
  const fleet = await loadFleet(tx, appId);
  const declared = await readDeclared(tx, fleet);
  const proven = processesIn(fleet.app.processesProven);
  const known = knownProcesses(fleet.app, declared).map(({ settings, source }): ProcessView => {
    const crontab = settings.kind === 'cron' ? parseCrontab(settings.schedule) : null;
    const isProven = proven.some((other) => JSON.stringify(other) === JSON.stringify(settings));
    return {
      settings,
      source,
      pending: source === 'fairlead' && settings.kind !== 'command' && !isProven,
      words: crontab === null ? null : scheduleWords(crontab),
      dueAt:
        crontab === null || settings.kind !== 'cron' ? null : isoOf(nextRun(crontab, settings.timeZone, now)),
      places: placesIn(fleet, settings, now),
    };
  });
  return known;
}

/** Where it should be, and where it was seen though it should not be. */
function placesIn(fleet: Fleet, settings: ProcessSettings, now: Date): ProcessPlaceView[] {
  if (settings.kind === 'command') return [];
  const wanted = placesOf(settings, fleet.backends);
  const strays = fleet.backends.filter(
    (backend) => !wanted.includes(backend) && seenOf(backend).some(({ name }) => name === settings.name),
  );
  return [...wanted, ...strays].map((backend) => {
    const seen = seenOf(backend).find(({ name }) => name === settings.name) ?? null;
    const isFresh =
      backend.processesSeenAt !== null && now.getTime() - backend.processesSeenAt.getTime() <= freshMs;
    const { state, reason } = stateOf(settings, {
      seen,
      isFresh,
      isWanted: wanted.includes(backend),
      isServing: backend.releaseId !== null,
    });
    return { ...base(fleet, backend), state, reason, ...details(seen) };
  });
}

function base({ servers }: Fleet, { id, serverId, processesSeenAt }: Backend) {
  const serverName = servers.find((server) => server.id === serverId)?.name ?? '';
  return { backendId: id, serverName, seenAt: isoOf(processesSeenAt) };
}

function details(seen: SeenProcess | null): Pick<ProcessPlaceView, 'instances' | 'nextRunAt' | 'lastRun'> {
  const at = (time: number | null) => (time === null ? null : new Date(time).toISOString());
  if (seen?.kind === 'worker') {
    const instances = seen.instances.map(({ since, releaseId: _, exitCode: __, ...instance }) => ({
      ...instance,
      since: at(since),
    }));
    return { instances, nextRunAt: null, lastRun: null };
  }
  if (seen === null) return { instances: [], nextRunAt: null, lastRun: null };
  const { lastRun, next } = seen;
  const run =
    lastRun === null
      ? null
      : {
          ...lastRun,
          startedAt: new Date(lastRun.startedAt).toISOString(),
          endedAt: new Date(lastRun.endedAt).toISOString(),
        };
  return { instances: [], nextRunAt: at(next), lastRun: run };
}
