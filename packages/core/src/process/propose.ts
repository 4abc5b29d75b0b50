import { AppError } from '@fairlead/errors';
import type { Fleet } from '../fleet.ts';
import { invalidInput } from '../input.ts';
import { found } from '../tenant.ts';
import { processesIn } from './processes-of.ts';
import type { ProcessIntent } from './schemas.ts';
import { maxProcesses, type ProcessSettings } from './settings.ts';

/**
 * The app's own processes after a change, by name. Pure.
 * @throws AppError `conflict` for one that `fairlead.yml` declares, `not-found`, `invalid-input` for a backend that is none
 */
export function proposeProcesses(fleet: Fleet, declared: unknown, intent: ProcessIntent): ProcessSettings[] {
  const { app } = fleet;
  if (app.removing) throw new AppError('conflict', 'This app is being removed.');
  const own = processesIn(app.processes);
  const name = intent.action === 'set-process' ? intent.process.name : intent.name;
  if (processesIn(declared).some((other) => other.name === name)) {
    throw new AppError('conflict', `The commit that is served declares ${name} in fairlead.yml.`, {
      hint: 'Change it there and deploy.',
    });
  }
  const others = own.filter((other) => other.name !== name);
  if (intent.action === 'remove-process') {
    found(own.find((other) => other.name === name) ?? null, 'process');
    return others;
  }
  if (others.length >= maxProcesses) {
    throw invalidInput([
      { path: 'process.name', message: `An app can have ${maxProcesses} processes at most.` },
    ]);
  }
  refuseBackend(fleet, intent.process);
  return [...others, intent.process].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function refuseBackend({ backends }: Fleet, process: ProcessSettings): void {
  if (process.kind === 'command' || process.backendId === null) return;
  const isThere = backends.some(({ id, desired }) => id === process.backendId && desired !== 'removed');
  if (isThere) return;
  throw invalidInput([{ path: 'process.backendId', message: 'There is no such backend.' }]);
}
