import { mkdir, writeFile } from 'node:fs/promises';
import { type AptCache, openAptCache } from './apt-cache.ts';
import { openControl } from './control.ts';
import { onProcessEnd } from './exit-hook.ts';
import { withFileLock } from './file-lock.ts';
import { attachLab, type Fleet, fleetOf, machinesOf } from './fleet.ts';
import { type GitServer, type GitServerOptions, openGitServer } from './git-server.ts';
import { type HostEnvironment, readHostEnvironment } from './host-environment.ts';
import { LabError } from './lab-error.ts';
import { removeLab } from './leftovers.ts';
import type { Machine, MachineSpec } from './machine.ts';
import { createDisk, powerOn } from './machine-boot.ts';
import { MountNamespace } from './mount-namespace.ts';
import { openNetwork } from './network.ts';
import { cacheRoot, type LabPlace, labPlace } from './place.ts';
import { assertUsable, claim, completeSpec, ensureImages } from './plan.ts';
import { identify, type ProcessIdentity } from './processes.ts';
import { openRelay, type Relay, type RelayOptions } from './relay.ts';
import type { LabState } from './state.ts';

/** One line of progress for a human: which machine (if one), what, and how long after `Lab.up` began. */
export interface LabProgress {
  machine?: string;
  message: string;
  elapsedMs: number;
}

/** What `Lab.up` is told. */
export interface LabOptions {
  /** `fairlead` unless given. Labs of different names and slots run side by side. */
  name?: string;
  /** Third octet of the lab's addresses 198.18.<slot>.0/24; 0 unless given. */
  slot?: number;
  machines: MachineSpec[];
  onProgress?: (progress: LabProgress) => void;
}

/** A fleet of real Debian machines on this host, alive as long as the process that called `Lab.up`. */
export class Lab implements Fleet {
  readonly name: string;
  readonly slot: number;
  readonly gateway: string;
  readonly ipv6Gateway: string;
  readonly machines: readonly Machine[];
  readonly machine: (name: string) => Machine;
  readonly #place: LabPlace;
  readonly #namespace: MountNamespace;
  readonly #aptCache: AptCache;
  readonly #closers: (() => Promise<void>)[];
  readonly #forgetExit: () => void;

  private constructor(running: RunningParts, forgetExit: () => void) {
    const fleet = fleetOf(running.place, running.machines);
    this.name = fleet.name;
    this.slot = fleet.slot;
    this.gateway = fleet.gateway;
    this.ipv6Gateway = fleet.ipv6Gateway;
    this.machines = fleet.machines;
    this.machine = fleet.machine;
    this.#place = running.place;
    this.#namespace = running.namespace;
    this.#aptCache = running.aptCache;
    this.#closers = [running.closeControl, running.aptCache.close];
    this.#forgetExit = forgetExit;
  }

  /**
   * Boots the machines and returns when all of them answer SSH. Needs root. Images that are not in the cache yet are
   * built first. Whatever happens, nothing is left behind: on an error the lab is taken down again.
   */
  static async up(options: LabOptions): Promise<Lab> {
    const startedMs = Date.now();
    const report: Report = (message, machine) =>
      options.onProgress?.({ machine, message, elapsedMs: Date.now() - startedMs });
    const place = labPlace(options.name ?? 'fairlead', options.slot ?? 0);
    const specs = options.machines.map(completeSpec);
    assertUsable(place, specs);
    const host = await readHostEnvironment();
    const layers = await ensureImages(specs, host, report);
    const namespace = await MountNamespace.open();
    const state = await takePlace(place, namespace, specs);
    const forgetExit = onProcessEnd(() => removeLab(place));
    try {
      return new Lab(await boot(place, namespace, state, layers, host, report), forgetExit);
    } catch (error) {
      forgetExit();
      namespace.close();
      removeLab(place);
      throw error;
    }
  }

  /** Builds the images that these machines need and boots nothing: for doing something else meanwhile. */
  static async prepare(options: Pick<LabOptions, 'machines' | 'onProgress'>): Promise<void> {
    const startedMs = Date.now();
    const report: Report = (message) => options.onProgress?.({ message, elapsedMs: Date.now() - startedMs });
    await ensureImages(options.machines.map(completeSpec), await readHostEnvironment(), report);
  }

  /** The lab that another process holds, see {@link attachLab}. */
  static attach(name?: string): Fleet {
    return attachLab(name);
  }

  /** How many packages and indexes crossed the network for this lab; the rest came from the cache. */
  get downloads(): number {
    return this.#aptCache.misses();
  }

  /** Starts a Git server on the host's address in the lab, the IPv4 one unless told otherwise; it ends with the lab. */
  async gitServer({
    family = 'ipv4',
    ...options
  }: GitServerOptions & { family?: 'ipv4' | 'ipv6' }): Promise<GitServer> {
    const address = family === 'ipv6' ? this.ipv6Gateway : this.gateway;
    const server = await openGitServer(address, `${this.#place.directory}/git`, options);
    this.#closers.push(server.close);
    return server;
  }

  /** Starts a delaying relay, on the host's loopback unless told otherwise; it ends with the lab. */
  async relay(options: RelayOptions): Promise<Relay> {
    const relay = await openRelay(options);
    this.#closers.push(relay.close);
    return relay;
  }

  /** Takes the machines down and leaves the host as it was. Safe to call twice. */
  async down(): Promise<void> {
    await Promise.all(this.#closers.splice(0).map((close) => close()));
    this.#namespace.close();
    removeLab(this.#place);
    this.#forgetExit();
  }
}

type Report = (message: string, machine?: string) => void;

interface RunningParts {
  place: LabPlace;
  namespace: MountNamespace;
  aptCache: AptCache;
  machines: Machine[];
  closeControl: () => Promise<void>;
}

async function boot(
  place: LabPlace,
  namespace: MountNamespace,
  state: LabState,
  layers: string[][],
  host: HostEnvironment,
  report: Report,
): Promise<RunningParts> {
  await openNetwork(place);
  const aptCache = await openAptCache(place.gateway, { upstream: host.aptProxy });
  report(`network ${place.subnet}`);
  const switchOn = (machine: Machine) =>
    powerOn(namespace, place, machine.place, { hostname: machine.name, release: machine.release });
  const machines = machinesOf(state, { place, namespacePid: namespace.pid, powerOn: switchOn });
  const closeControl = await openControl(place, (name) => switchOn(fleetOf(place, machines).machine(name)));
  await Promise.all(
    machines.map(async (machine, index) => {
      await createDisk(namespace, place, machine.place, {
        hostname: machine.name,
        layers: layers[index] ?? [],
        diskBytes: machine.diskBytes,
        resolvConf: host.resolvConf,
        aptProxy: aptCache.url,
      });
      await switchOn(machine);
      report('booting', machine.name);
      await machine.ready();
      report(`answers SSH at ${machine.address}`, machine.name);
    }),
  );
  return { place, namespace, aptCache, machines, closeControl };
}

/** Claims name and slot, one process at a time, and writes down who has them. */
async function takePlace(
  place: LabPlace,
  namespace: MountNamespace,
  machines: Required<MachineSpec>[],
): Promise<LabState> {
  const { name, slot } = place;
  const state: LabState = {
    name,
    slot,
    owner: identity(process.pid),
    holder: identity(namespace.pid),
    machines,
  };
  try {
    await withFileLock(`${cacheRoot()}/.claim`, async () => {
      claim(place);
      await mkdir(place.directory, { recursive: true });
      await writeFile(`${place.directory}/lab.json`, JSON.stringify(state, undefined, 2));
    });
  } catch (error) {
    namespace.close();
    throw error;
  }
  return state;
}

function identity(pid: number): ProcessIdentity {
  const found = identify(pid);
  if (!found) throw new LabError(`process ${pid} is gone`);
  return found;
}
