import type { App, Backend } from '@fairlead/db';
import * as z from 'zod';
import { type PlacedSettings, type ProcessSettings, processSettingsSchema } from './settings.ts';

const list = z.array(processSettingsSchema);

/** The processes that a column holds. */
export function processesIn(column: unknown): ProcessSettings[] {
  return list.parse(column ?? []);
}

/** A process, and where it was declared. */
export interface KnownProcess {
  settings: ProcessSettings;
  source: 'fairlead' | 'fairlead.yml';
}

/** All processes of an app, by name: one that `fairlead.yml` declares takes the place of one of the dashboard's. */
export function knownProcesses(app: Pick<App, 'processes'>, declared: unknown): KnownProcess[] {
  const own = processesIn(app.processes).map((settings): KnownProcess => ({ settings, source: 'fairlead' }));
  const said = processesIn(declared).map((settings): KnownProcess => ({ settings, source: 'fairlead.yml' }));
  const isSaid = ({ settings }: KnownProcess) => said.some((other) => other.settings.name === settings.name);
  return [...own.filter((known) => !isSaid(known)), ...said].sort((a, b) =>
    a.settings.name < b.settings.name ? -1 : 1,
  );
}

/** Of a backend: what decides where processes go. */
export type PlacedBackend = Pick<Backend, 'id' | 'role' | 'desired'>;

/**
 * The backends that have a process. One on one backend goes to the one that was chosen for as long as that is there, and else to the primary; whether it is
 * enabled or can be reached decides nothing, as two runs at once are worse than none for a while (docs/processes.md).
 */
export function placesOf<B extends PlacedBackend>(settings: PlacedSettings, backends: readonly B[]): B[] {
  const present = backends.filter(({ desired }) => desired !== 'removed');
  if (settings.place === 'all') return present;
  const one =
    present.find(({ id }) => id === settings.backendId) ?? present.find(({ role }) => role === 'primary');
  return one === undefined ? [] : [one];
}

/** What systemd keeps on this backend. */
export function processesAt(
  processes: readonly ProcessSettings[],
  backends: readonly PlacedBackend[],
  backendId: string,
): PlacedSettings[] {
  return processes.filter(
    (settings): settings is PlacedSettings =>
      settings.kind !== 'command' && placesOf(settings, backends).some(({ id }) => id === backendId),
  );
}
