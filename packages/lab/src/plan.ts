import { existsSync } from 'node:fs';
import type { HostEnvironment } from './host-environment.ts';
import { ensureImage } from './image.ts';
import { LabError } from './lab-error.ts';
import { readStates, removeLab, removeStaleLabs } from './leftovers.ts';
import type { MachineSpec } from './machine.ts';
import { type LabPlace, machinePlace } from './place.ts';

const DEFAULT_DISK_BYTES = 4 * 1024 ** 3;
const TOOLS = [
  'systemd-nspawn',
  'mmdebstrap',
  'nft',
  'ip',
  'git',
  'nsenter',
  'setpriv',
  'flock',
  'ssh-keygen',
];

/** A machine with every choice made. */
export const completeSpec = (spec: MachineSpec): Required<MachineSpec> => ({
  name: spec.name,
  release: spec.release ?? 12,
  image: spec.image ?? 'bare',
  diskBytes: spec.diskBytes ?? DEFAULT_DISK_BYTES,
});

/** Refuses what cannot be booted here. Throws {@link LabError} that says what to do. */
export function assertUsable(place: LabPlace, specs: readonly Required<MachineSpec>[]): void {
  if (process.getuid?.() !== 0) throw new LabError('the lab needs root');
  const folders = (process.env.PATH ?? '').split(':');
  const missing = TOOLS.filter((tool) => !folders.some((folder) => existsSync(`${folder}/${tool}`)));
  if (missing.length > 0) {
    throw new LabError(
      `the lab needs ${missing.join(', ')}: run packages/lab/scripts/install-host-packages.sh`,
    );
  }
  if (specs.length === 0 || specs.length > 200) throw new LabError('a lab has 1 to 200 machines');
  if (new Set(specs.map((spec) => spec.name)).size < specs.length)
    throw new LabError('two machines of one name');
  for (const [index, spec] of specs.entries()) machinePlace(place, index, spec.name);
}

/** The layers for each machine; every image is made once, one after the other as building one fills the host. */
export async function ensureImages(
  specs: readonly Required<MachineSpec>[],
  host: HostEnvironment,
  report: (message: string) => void,
): Promise<string[][]> {
  const made = new Map<string, string[]>();
  const keyOf = (spec: Required<MachineSpec>) => `${spec.release} ${spec.image}`;
  for (const spec of specs) {
    if (made.has(keyOf(spec))) continue;
    made.set(keyOf(spec), await ensureImage(spec.release, spec.image, host, report));
  }
  return specs.map((spec) => made.get(keyOf(spec)) ?? []);
}

/** Refuses a name or slot that a living lab has; clears what dead ones left. */
export function claim(place: LabPlace): void {
  removeStaleLabs();
  const taken = readStates().find((state) => state.name === place.name || state.slot === place.slot);
  if (taken)
    throw new LabError(`the lab ${taken.name} (slot ${taken.slot}) is up in process ${taken.owner.pid}`);
  removeLab(place);
}
