import { type Evidence, type Finding, ok, problem, unknown } from './finding.ts';
import { isLocalHost, type Variables } from './variables.ts';

/** Where a driver keeps what it is given: on each server, where all backends reach it, nowhere, or that is not known. */
export type Place = 'local' | 'shared' | 'none' | 'unknown';

/** The place of a driver by its name; a name such as `constructor` is one that is not known. */
export function placeOf(places: Readonly<Record<string, Place>>, name: string): Place {
  return Object.hasOwn(places, name) ? (places[name] ?? 'unknown') : 'unknown';
}

/** Whether the variable that names a shared service leads every backend to a service of its own. */
export function localService(variables: Variables, names: readonly string[]): Evidence | null {
  for (const name of names) {
    const variable = variables(name);
    if (variable === null || variable.value === '') continue;
    return isLocalHost(variable.value) ? variable.evidence('leads to the machine that asks') : null;
  }
  return null;
}

/** A finding of where something is kept. */
export function judgePlace(place: Place, what: string, evidence: Evidence, local: Evidence | null): Finding {
  if (place === 'unknown') return unknown(`Where ${what} is kept can’t be told from here.`, evidence);
  if (place === 'local') return problem(`Each server keeps ${what} for itself.`, evidence);
  if (place === 'none') return ok(`No server keeps ${what}.`, evidence);
  if (local !== null) {
    return problem(`Each server keeps ${what} in a service of its own.`, local, evidence);
  }
  return ok(`All backends share ${what}.`, evidence);
}
