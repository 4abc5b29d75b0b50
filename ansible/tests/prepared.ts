import { fileURLToPath } from 'node:url';
import { AppError } from '@fairlead/errors';
import { Lab, type Machine, type MachineSpec, type Release } from '@fairlead/lab';
import { renderBase, renderStreamBase } from '@fairlead/nginx';
import {
  createKeyPair,
  type Fence,
  type HostCallOptions,
  HostClient,
  type HostInput,
  type HostResult,
  type HostVerb,
  type KeyPair,
  type PlaybookResult,
  runPlaybook,
  SshPool,
  type SshTarget,
  scanHostKey,
} from '@fairlead/remote';
import { setUp } from './set-up.ts';

const playbook = fileURLToPath(new URL('../playbooks/prepare.yml', import.meta.url));

/** What `prepare.yml` is told besides the key and the base config. */
export interface Needs {
  prepare_runtimes: ('node' | 'php' | 'python' | 'static' | 'docker')[];
  prepare_databases: ('postgresql' | 'mariadb' | 'redis')[];
}

/** What the host program wrote: an event or a last answer. */
export interface RawAnswer {
  id: string | null;
  ok?: boolean;
  result?: unknown;
  error?: { code: string; message: string; details?: Record<string, unknown> };
}

/** One machine of the lab and the two ways to it: as the administrator by Ansible, as `fairlead` by the host program. */
export class Host {
  readonly machine: Machine;
  readonly client: HostClient;
  readonly #admin: SshTarget;
  readonly #publicKey: string;

  constructor(machine: Machine, pool: SshPool, key: KeyPair, hostKey: string) {
    this.machine = machine;
    this.#publicKey = key.publicKey;
    this.#admin = {
      serverId: `${machine.name}-admin`,
      name: machine.name,
      address: machine.address,
      port: 22,
      user: 'admin',
      hostKey,
      privateKey: key.privateKey,
    };
    this.client = new HostClient(pool, { ...this.#admin, serverId: machine.name, user: 'fairlead' });
  }

  /** The newest token that a call has carried; raise it to overtake, lower it to be overtaken. */
  token = 1;

  get fence(): Fence {
    return { operationId: 'op-test', token: String(this.token) };
  }

  /** One verb; fenced ones carry {@link Host.fence}. */
  call<V extends HostVerb>(
    verb: V,
    input: HostInput<V>,
    options: HostCallOptions = {},
  ): Promise<HostResult<V>> {
    return this.client.call(verb, input, { fence: this.fence, ...options });
  }

  prepare(needs: Needs, more: Record<string, string | number> = {}): Promise<PlaybookResult> {
    return runPlaybook({
      playbook,
      target: this.#admin,
      vars: {
        host_authorized_key: this.#publicKey,
        host_nginx_base: renderBase(),
        host_nginx_stream_base: renderStreamBase(),
        ...needs,
        ...more,
      },
    });
  }

  /** What {@link Host.prepare} makes of a stocked machine, past Ansible. */
  setUp({ prepare_databases }: Needs): Promise<void> {
    return setUp(this.machine, this.#publicKey, prepare_databases);
  }

  /** Lines as they are, past the client that would refuse them, and all that the host program answers. */
  async rawLines(lines: readonly string[]): Promise<RawAnswer[]> {
    const argv = ['sudo', '-n', '/usr/lib/fairlead/host'];
    const { stdout } = await this.machine.exec(argv, {
      user: 'fairlead',
      input: `${lines.join('\n')}\n`,
      timeoutMs: 60_000,
    });
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RawAnswer);
  }

  /** One request past the client, and its last answer. */
  async raw(request: { verb: string; fence?: Fence; input: unknown }): Promise<RawAnswer | undefined> {
    return (await this.rawLines([JSON.stringify({ id: 'raw', ...request })])).at(-1);
  }

  /** One shell line as root, its output without the last newline. */
  async sh(line: string): Promise<string> {
    return (await this.machine.run(line)).trimEnd();
  }
}

/** A lab of this room's own: its machines, reachable, not yet prepared. */
export interface Fleet {
  lab: Lab;
  pool: SshPool;
  hosts: Host[];
  close: () => Promise<void>;
}

/** Boots one machine for each spec; files that run side by side have slots of their own. */
export async function bootHosts(slot: number, machines: MachineSpec[]): Promise<Fleet> {
  const lab = await Lab.up({ name: `host-${slot}`, slot, machines });
  const pool = new SshPool();
  const key = createKeyPair('fairlead@test');
  const hosts = await Promise.all(
    lab.machines.map(async (machine) => {
      await machine.authorize(key.publicKey);
      return new Host(machine, pool, key, (await scanHostKey(machine.address, 22)).key);
    }),
  );
  const close = async () => {
    pool.close();
    await lab.down();
  };
  return { lab, pool, hosts, close };
}

const releaseNames = { 12: 'twelve', 13: 'thirteen', testing: 'testing' } satisfies Record<Release, string>;

/** A prepared machine of each release, in this order: Debian 12 and 13 unless told otherwise. */
export async function bootPrepared(
  slot: number,
  needs: Needs,
  more: MachineSpec[] = [],
  releases: readonly Release[] = [12, 13],
): Promise<Fleet> {
  const specs = releases.map(
    (release): MachineSpec => ({ name: releaseNames[release], release, image: 'stocked' }),
  );
  const fleet = await bootHosts(slot, [...specs, ...more]);
  try {
    await Promise.all(fleet.hosts.slice(0, specs.length).map((host) => host.setUp(needs)));
  } catch (error) {
    await fleet.close();
    throw error;
  }
  return fleet;
}

/** Tests a guarantee on both Debian releases at once; a failure names the machine. */
export async function onBoth(fleet: Fleet, check: (host: Host) => Promise<void>): Promise<void> {
  const checks = fleet.hosts.slice(0, 2).map(async (host) => {
    try {
      await check(host);
    } catch (error) {
      if (error instanceof Error) error.message = `${host.machine.name}: ${error.message}`;
      throw error;
    }
  });
  // Both come to their end before the next test begins.
  await Promise.allSettled(checks);
  await Promise.all(checks);
}

/** The AppError that an attempt ends in. */
export function failure(attempt: Promise<unknown>): Promise<AppError> {
  return attempt.then(
    (value) => {
      throw new Error(`should have failed, answered ${JSON.stringify(value)}`);
    },
    (error: unknown) => {
      if (error instanceof AppError) return error;
      throw error;
    },
  );
}
