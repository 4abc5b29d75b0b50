import type { Backend } from '@fairlead/db';
import type { Transaction } from '../events.ts';
import { type Fleet, loadFleet } from '../fleet.ts';
import { isoOf } from '../tenant.ts';
import { parseCrontab } from './crontab.ts';
import { readDeclaredAt } from './declared.ts';
import { nextRun } from './next-run.ts';
import { type KnownProcess, knownProcesses, placesOf, processesIn } from './processes-of.ts';
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
  const knownAt = await readKnownAt(tx, fleet);
  const proven = processesIn(fleet.app.processesProven);
  return allOf(fleet, knownAt).map(({ settings, source }): ProcessView => {
    const crontab = settings.kind === 'cron' ? parseCrontab(settings.schedule) : null;
    const isProven = proven.some((other) => JSON.stringify(other) === JSON.stringify(settings));
    return {
      settings,
      source,
      pending: source === 'fairlead' && settings.kind !== 'command' && !isProven,
      words: crontab === null ? null : scheduleWords(crontab),
      dueAt:
        crontab === null || settings.kind !== 'cron' ? null : isoOf(nextRun(crontab, settings.timeZone, now)),
      places: placesIn(fleet, knownAt, settings, now),
    };
  });
}

/** By backend: what belongs to the release that it serves; a backend that serves nothing yet gets what the primary has. */
async function readKnownAt(tx: Transaction, fleet: Fleet): Promise<Map<string, KnownProcess[]>> {
  const declared = await readDeclaredAt(tx, fleet);
  const ofPrimary = declared.get(primaryOf(fleet)?.id ?? '') ?? [];
  return new Map(
    fleet.backends.map(({ id }) => [id, knownProcesses(fleet.app, declared.get(id) ?? ofPrimary)]),
  );
}

/** By name, as the primary has them, and then what a canary alone brings. */
function allOf(fleet: Fleet, knownAt: Map<string, KnownProcess[]>): KnownProcess[] {
  const all = new Map<string, KnownProcess>();
  for (const known of [knownAt.get(primaryOf(fleet)?.id ?? '') ?? [], ...knownAt.values()].flat()) {
    if (!all.has(known.settings.name)) all.set(known.settings.name, known);
  }
  return [...all.values()].sort((a, b) => (a.settings.name < b.settings.name ? -1 : 1));
}

function primaryOf({ backends }: Fleet): Backend | undefined {
  return backends.find(({ role }) => role === 'primary');
}

/** Where it should be, and where it was seen though it should not be. */
function placesIn(
  fleet: Fleet,
  knownAt: Map<string, KnownProcess[]>,
  settings: ProcessSettings,
  now: Date,
): ProcessPlaceView[] {
  if (settings.kind === 'command') return [];
  const ownOf = ({ id }: Backend) => {
    const own = knownAt.get(id)?.find((known) => known.settings.name === settings.name)?.settings;
    return own === undefined || own.kind === 'command' ? null : own;
  };
  const wanted = fleet.backends.filter((backend) => {
    const own = ownOf(backend);
    return own !== null && placesOf(own, fleet.backends).includes(backend);
  });
  const strays = fleet.backends.filter(
    (backend) => !wanted.includes(backend) && seenOf(backend).some(({ name }) => name === settings.name),
  );
  return [...wanted, ...strays].map((backend) => {
    const seen = seenOf(backend).find(({ name }) => name === settings.name) ?? null;
    const isFresh =
      backend.processesSeenAt !== null && now.getTime() - backend.processesSeenAt.getTime() <= freshMs;
    const { state, reason } = stateOf(ownOf(backend) ?? settings, {
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
