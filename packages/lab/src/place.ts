import { createHash } from 'node:crypto';
import { LabError } from './lab-error.ts';

/** Where every running lab keeps its state: one folder for each. */
export const STATE_ROOT = '/run/fairlead-lab';

/** Where images and downloaded packages stay between runs (`FAIRLEAD_LAB_CACHE`). */
export const cacheRoot = (): string => process.env.FAIRLEAD_LAB_CACHE ?? '/var/cache/fairlead-lab';

/** The names and addresses that follow from a lab's name and its subnet slot. */
export interface LabPlace {
  name: string;
  slot: number;
  directory: string;
  bridge: string;
  /** The host's own address in the lab, where the Git server and the package cache listen. */
  gateway: string;
  subnet: string;
  /** The same in IPv6: unique local addresses, which lead nowhere but into the lab. */
  ipv6Gateway: string;
  ipv6Subnet: string;
  /** Name of the lab's nft tables, one in family ip and one in family bridge. */
  table: string;
}

/** The place of the lab `name` on slot 0–255. Throws {@link LabError} for a name or slot that cannot be. */
export function labPlace(name: string, slot: number): LabPlace {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) throw new LabError(`not a lab name: ${name}`);
  if (!Number.isInteger(slot) || slot < 0 || slot > 255) throw new LabError(`not a subnet slot: ${slot}`);
  return {
    name,
    slot,
    directory: `${STATE_ROOT}/${name}`,
    bridge: `fllab${slot}`,
    gateway: `198.18.${slot}.1`,
    subnet: `198.18.${slot}.0/24`,
    ipv6Gateway: `fd00:198:18:${slot}::1`,
    ipv6Subnet: `fd00:198:18:${slot}::/64`,
    table: `fairlead_lab_${slot}`,
  };
}

/** The names and addresses of the machine number `index` (from 0) of a lab. */
export interface MachinePlace {
  /** The name in nspawn, in cgroups and in the interface name: short, as interface names hold 15 characters. */
  id: string;
  address: string;
  ipv6Address: string;
  interfaceName: string;
  /** Mount point of its disk, inside the lab's mount namespace. */
  disk: string;
  root: string;
  pidFile: string;
  logFile: string;
}

/** The place of machine `index`, called `name`, in a lab. */
export function machinePlace(lab: LabPlace, index: number, name: string): MachinePlace {
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(name)) throw new LabError(`not a machine name: ${name}`);
  const id = `fl${lab.slot}-${index + 1}`;
  const disk = `${lab.directory}/disks/${name}`;
  return {
    id,
    address: `198.18.${lab.slot}.${11 + index}`,
    ipv6Address: `fd00:198:18:${lab.slot}::${11 + index}`,
    interfaceName: `vb-${id}`,
    disk,
    root: `${disk}/root`,
    pidFile: `${lab.directory}/${name}.pid`,
    logFile: `${lab.directory}/${name}.log`,
  };
}

/** A short stable fingerprint of any JSON value. */
export const fingerprint = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);

/** What the names of all machines' control groups begin with. */
export const controlGroupPrefix = 'fairlead-lab-';

/** The name of a machine's control group, in every hierarchy. */
export const controlGroup = ({ id }: Pick<MachinePlace, 'id'>): string => `${controlGroupPrefix}${id}`;
