import type { Fleet } from '../fleet.ts';
import type { PlanNote } from '../load-balancer/plan-view.ts';
import { knownProcesses, placesOf } from './processes-of.ts';
import type { PlacedSettings } from './settings.ts';

/** What a change of backends means for the processes on them: those that move, and those that stay on one that is disabled. */
export function backendNotes(before: Fleet, after: Fleet, declared: unknown): PlanNote[] {
  const known = knownProcesses({ processes: before.app.processesProven }, declared ?? []);
  const placed = known.flatMap(({ settings }) => (settings.kind === 'command' ? [] : [settings]));
  return [...placed.flatMap((one) => moved(before, after, one)), ...stayingNotes(before, after, placed)];
}

const nameOf = ({ servers }: Fleet, serverId: string | undefined) =>
  servers.find(({ id }) => id === serverId)?.name ?? 'a server';

function moved(before: Fleet, after: Fleet, settings: PlacedSettings): PlanNote[] {
  if (settings.place === 'all') return [];
  const [from, to] = [placesOf(settings, before.backends)[0], placesOf(settings, after.backends)[0]];
  if (from === undefined || to === undefined || from.id === to.id) return [];
  const text = `${settings.name} moves from ${nameOf(before, from.serverId)} to ${nameOf(after, to.serverId)}: it ends there before it starts here.`;
  return [{ level: 'info', text }];
}

function stayingNotes(before: Fleet, after: Fleet, placed: readonly PlacedSettings[]): PlanNote[] {
  const disabled = after.backends.filter(
    ({ id, desired }) =>
      desired === 'disabled' && before.backends.find((known) => known.id === id)?.desired === 'enabled',
  );
  return disabled.flatMap((backend): PlanNote[] => {
    const names = placed.filter((one) => placesOf(one, after.backends).some(({ id }) => id === backend.id));
    if (names.length === 0) return [];
    const list = names.map(({ name }) => name).join(', ');
    const text = `${nameOf(after, backend.serverId)} gets no visitors; its processes go on there: ${list}. The Processes tab moves them.`;
    return [{ level: 'info', text }];
  });
}
