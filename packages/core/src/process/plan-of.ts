import type { Fleet } from '../fleet.ts';
import type { PlanNote, PlanView, ServerPlan } from '../load-balancer/plan-view.ts';
import { parseCrontab } from './crontab.ts';
import { nextRun } from './next-run.ts';
import { placesOf, processesAt } from './processes-of.ts';
import { scheduleWords } from './schedule-words.ts';
import type { CronSettings, PlacedSettings, ProcessSettings } from './settings.ts';

/** Before and after a change of processes, compared: pure. */
export function planOf(
  fleet: Fleet,
  before: readonly ProcessSettings[],
  after: readonly ProcessSettings[],
  now: Date,
): PlanView {
  const serving = fleet.backends.filter(
    ({ releaseId, desired }) => releaseId !== null && desired !== 'removed',
  );
  const servers = serving.flatMap(({ id, serverId }): ServerPlan[] => {
    const processes = changesAt(
      processesAt(before, fleet.backends, id),
      processesAt(after, fleet.backends, id),
    );
    if (processes.length === 0) return [];
    const name = fleet.servers.find((server) => server.id === serverId)?.name ?? '';
    const nothing = { files: [], firewall: [], grants: [], environment: [], deploys: null, prepares: false };
    return [{ serverId, name, ...nothing, reload: false, restarts: [], processes }];
  });
  const notes = after.filter((settings) => !isKnown(before, settings)).flatMap((s) => notesOf(fleet, s, now));
  const first: PlanNote[] =
    serving.length === 0 ? [info('Nothing serves yet: it starts with the first deployment.')] : [];
  return {
    generation: fleet.loadBalancer.generation,
    servers,
    notes: [...first, ...moves(fleet, before, after), ...notes],
  };
}

type Changes = NonNullable<ServerPlan['processes']>;

const info = (text: string): PlanNote => ({ level: 'info', text });
const warning = (text: string): PlanNote => ({ level: 'warning', text });

function isKnown(list: readonly ProcessSettings[], settings: ProcessSettings): boolean {
  return list.some((other) => JSON.stringify(other) === JSON.stringify(settings));
}

/** What starts, changes and ends on one backend. */
function changesAt(from: readonly PlacedSettings[], to: readonly PlacedSettings[]): Changes {
  const entry = (change: Changes[number]['change'], settings: PlacedSettings): Changes[number] => ({
    change,
    kind: settings.kind === 'worker' ? 'worker' : 'timer',
    name: settings.name,
    count: settings.kind === 'worker' ? settings.count : null,
  });
  const isThere = ({ name }: PlacedSettings, list: readonly PlacedSettings[]) =>
    list.some((other) => other.name === name);
  return [
    ...to
      .filter((settings) => !isKnown(from, settings))
      .map((settings) => entry(isThere(settings, from) ? 'change' : 'add', settings)),
    ...from.filter((settings) => !isThere(settings, to)).map((settings) => entry('remove', settings)),
  ];
}

/** A process on one backend that goes to another one. */
export function moves(
  fleet: Fleet,
  before: readonly ProcessSettings[],
  after: readonly ProcessSettings[],
): PlanNote[] {
  return after.flatMap((settings): PlanNote[] => {
    const earlier = before.find(({ name, kind }) => name === settings.name && kind === settings.kind);
    if (settings.kind === 'command' || earlier === undefined || earlier.kind === 'command') return [];
    if (settings.place !== 'one' || earlier.place !== 'one') return [];
    const nameOf = (process: PlacedSettings) => {
      const [place] = placesOf(process, fleet.backends);
      return fleet.servers.find(({ id }) => id === place?.serverId)?.name ?? 'nowhere';
    };
    const [from, to] = [nameOf(earlier), nameOf(settings)];
    if (from === to) return [];
    return [info(`${settings.name} ends on ${from} before it starts on ${to}: it never runs on both.`)];
  });
}

function notesOf(fleet: Fleet, settings: ProcessSettings, now: Date): PlanNote[] {
  if (settings.kind === 'command')
    return [info('No server changes: the command runs when somebody starts it.')];
  if (settings.kind === 'worker') {
    const places = placesOf(settings, fleet.backends).length;
    const total = places * settings.count;
    const text = `${settings.count} on each of ${places} backends: ${total} in all.`;
    return total > 1 ? [info(text)] : [];
  }
  return cronNotes(fleet, settings, now);
}

function cronNotes(fleet: Fleet, settings: CronSettings, now: Date): PlanNote[] {
  const crontab = parseCrontab(settings.schedule);
  const next = nextRun(crontab, settings.timeZone, now);
  const when = next === null ? 'never' : `${next.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const notes = [info(`It runs ${scheduleWords(crontab)} (${settings.timeZone}); next: ${when}.`)];
  const places = placesOf(settings, fleet.backends).length;
  if (places > 1)
    notes.push(
      warning(
        `It runs on all ${places} backends at the same time. Choose one backend for what has to happen once.`,
      ),
    );
  return notes;
}
