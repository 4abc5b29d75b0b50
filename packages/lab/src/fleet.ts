import { requestPowerOn } from './control.ts';
import { LabError } from './lab-error.ts';
import { readState } from './leftovers.ts';
import { Machine, type MachineHost } from './machine.ts';
import { type LabPlace, labPlace, machinePlace } from './place.ts';
import { isAlive } from './processes.ts';
import type { LabState } from './state.ts';

/** The machines of a running lab, for the process that holds it and for any other. */
export interface Fleet {
  readonly name: string;
  readonly slot: number;
  /** The host's address on the lab's bridge. */
  readonly gateway: string;
  /** The same in IPv6. */
  readonly ipv6Gateway: string;
  readonly machines: readonly Machine[];
  /** The machine of that name. Throws {@link LabError} when there is none. */
  machine(name: string): Machine;
}

/**
 * The lab `name` (`fairlead` unless given) that another process holds. Machines can be used, cut off, rebooted, killed and started
 * from here; taking the lab down is the holder's. Throws {@link LabError} when no such lab is up.
 */
export function attachLab(name = 'fairlead'): Fleet {
  const state = readState(name);
  if (!state || !isAlive(state.owner)) throw new LabError(`no lab ${name} is up`);
  const place = labPlace(state.name, state.slot);
  return fleetOf(
    place,
    machinesOf(state, {
      place,
      namespacePid: state.holder.pid,
      powerOn: (machine) => requestPowerOn(place, machine.name),
    }),
  );
}

/** The machines that a state describes. */
export const machinesOf = (state: LabState, host: MachineHost): Machine[] =>
  state.machines.map((spec, index) => new Machine(spec, machinePlace(host.place, index, spec.name), host));

/** Machines with the way to find one. */
export const fleetOf = (place: LabPlace, machines: readonly Machine[]): Fleet => ({
  name: place.name,
  slot: place.slot,
  gateway: place.gateway,
  ipv6Gateway: place.ipv6Gateway,
  machines,
  machine: (name) => {
    const found = machines.find((machine) => machine.name === name);
    if (!found) throw new LabError(`no machine ${name} in the lab ${place.name}`);
    return found;
  },
});
