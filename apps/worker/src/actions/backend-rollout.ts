import type { Colour } from '@fairlead/core';
import type { Backend, Release } from '@fairlead/db';
import type { Fleet } from '../fleet.ts';
import type { Built } from './build-release.ts';
import type { Before } from './switch-backend.ts';

/** One backend's part in a deployment. */
export interface Rollout {
  backend: Backend;
  release: Release;
  /** Whose build it gets; null: it builds for itself. */
  builder: Backend | null;
  /** What it served before the deployment. */
  before: Before;
  /** What the backend serves already is this very release, but for its name. */
  isUnchanged: boolean;
}

/** One whose server holds the release. */
export type BuiltRollout = Rollout & Built;

/** One whose server runs the release beside what serves; `colour` null: its runtime has no process of its own. */
export interface Started extends BuiltRollout {
  colour: Colour | null;
}

/** Whether an attempt that was cut off has switched it already: visitors come to what it runs. */
export function isSwitched({ backend, release }: Rollout): boolean {
  return backend.releaseId === release.id;
}

/** The fleet after these have switched. */
export function withSwitched(fleet: Fleet, switched: readonly Started[]): Fleet {
  const served = new Map(switched.map(({ backend, release }) => [backend.id, release.id]));
  const backends = fleet.backends.map((row) => ({ ...row, releaseId: served.get(row.id) ?? row.releaseId }));
  return { ...fleet, backends };
}

/** Whether anything changes for its visitors. */
export function switches({ isUnchanged, colour, before }: Started): boolean {
  return !isUnchanged || colour !== before.colour;
}
