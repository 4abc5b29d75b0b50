import { existsSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { attempt, type CommandOptions, type CommandResult, run } from './command.ts';
import { LabError } from './lab-error.ts';
import { powerOff } from './machine-boot.ts';
import { listPartitioned, setPartitioned } from './network.ts';
import { controlGroup, type LabPlace, type MachinePlace } from './place.ts';
import { leaderPid } from './processes.ts';
import type { ImageKind, Release } from './recipe.ts';
import { waitFor } from './wait.ts';

/** What a lab boots for one machine. `diskBytes` is the size of its disk, which lies in memory as far as it is used. */
export interface MachineSpec {
  name: string;
  /** Debian's release; 12 unless given. */
  release?: Release;
  /** `bare` unless given. */
  image?: ImageKind;
  diskBytes?: number;
}

/** What a machine needs from whoever holds the lab. */
export interface MachineHost {
  place: LabPlace;
  /** Process whose mount namespace holds the disks. */
  namespacePid: number;
  powerOn: (machine: Machine) => Promise<void>;
}

/** Options of {@link Machine.exec}; `user` is root unless given. */
export interface ExecOptions extends CommandOptions {
  user?: string;
}

/** The kernel's own (microseconds): after so long a machine that used up its share goes on. */
const PERIOD_US = 100_000;

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** One real Debian machine of a lab: systemd as PID 1, its own network, disk, sshd. Its SSH user is `admin`, with sudo. */
export class Machine {
  readonly name: string;
  /** Its IPv4 address on the lab's bridge. */
  readonly address: string;
  /** Its IPv6 address there, by which the host and the other machines reach it, and it nobody else. */
  readonly ipv6Address: string;
  readonly release: Release;
  readonly image: ImageKind;
  readonly diskBytes: number;
  readonly place: MachinePlace;
  readonly #host: MachineHost;

  constructor(spec: Required<MachineSpec>, place: MachinePlace, host: MachineHost) {
    this.name = spec.name;
    this.release = spec.release;
    this.image = spec.image;
    this.diskBytes = spec.diskBytes;
    this.address = place.address;
    this.ipv6Address = place.ipv6Address;
    this.place = place;
    this.#host = host;
  }

  /** Whether it is switched on. */
  get isOn(): boolean {
    return leaderPid(this.place.pidFile) !== undefined;
  }

  /** The argv by which a program of the host runs `argv` inside. Throws {@link LabError} while the machine is off. */
  enter(argv: readonly string[], options: { user?: string; env?: Record<string, string> } = {}): string[] {
    const leader = leaderPid(this.place.pidFile);
    if (!leader) throw new LabError(`${this.name} is off`);
    const user = options.user ?? 'root';
    const home = user === 'root' ? '/root' : `/home/${user}`;
    const env = {
      PATH,
      HOME: home,
      USER: user,
      LOGNAME: user,
      SHELL: '/bin/bash',
      LANG: 'C.UTF-8',
      ...options.env,
    };
    return [
      ...['nsenter', '--target', String(leader), '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'],
      ...[
        '--root',
        '--wd',
        '--',
        'env',
        '-i',
        ...Object.entries(env).map(([key, value]) => `${key}=${value}`),
      ],
      ...(user === 'root' ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', '--']),
      ...argv,
    ];
  }

  /** Runs a program inside, not through SSH, and returns how it ended. */
  exec(argv: readonly string[], { user, env, ...options }: ExecOptions = {}): Promise<CommandResult> {
    return attempt(this.enter(argv, { user, env }), options);
  }

  /** Runs one shell line as root and returns its output; throws {@link LabError} unless it exits 0. */
  run(line: string, { user, env, ...options }: ExecOptions = {}): Promise<string> {
    return run(this.enter(['bash', '-c', line], { user, env }), options);
  }

  /** Lets the owner of this public key (one authorized_keys line) sign in as `user`, `admin` unless given. */
  async authorize(publicKey: string, user = 'admin'): Promise<void> {
    const script = `
      home=$(getent passwd "$1" | cut -d: -f6)
      install -d -m 0700 -o "$1" -g "$1" "$home/.ssh"
      cat >> "$home/.ssh/authorized_keys"
      chown "$1:$1" "$home/.ssh/authorized_keys"; chmod 0600 "$home/.ssh/authorized_keys"`;
    await run(this.enter(['sh', '-euc', script, 'sh', user]), { input: `${publicKey.trim()}\n` });
  }

  /** Writes a file as root; `mode` is octal text. Folders on the way are made. */
  async writeFile(path: string, content: string | Uint8Array, mode = '0644'): Promise<void> {
    const script = 'mkdir -p "$(dirname "$1")"; cat > "$1"; chmod "$2" "$1"';
    await run(this.enter(['sh', '-euc', script, 'sh', path, mode]), { input: content });
  }

  /** Reads a text file as root. */
  readFile(path: string): Promise<string> {
    return run(this.enter(['cat', '--', path]));
  }

  /** Drops every packet to and from the machine, on the bridge: neither the host nor another machine reaches it. */
  partition(): Promise<void> {
    return setPartitioned(this.#host.place, this.place.interfaceName, true);
  }

  /** Ends a partition. */
  heal(): Promise<void> {
    return setPartitioned(this.#host.place, this.place.interfaceName, false);
  }

  /** An orderly reboot, waiting until the machine answers SSH again. The disk stays. */
  async reboot(): Promise<void> {
    const before = leaderPid(this.place.pidFile);
    await this.exec(['systemctl', '--no-block', 'reboot']);
    await waitFor(`${this.name} going down`, () => leaderPid(this.place.pidFile) !== before, {
      timeoutMs: 120_000,
    });
    await this.ready();
  }

  /** Pulls the power cord. The disk stays. */
  kill(): Promise<void> {
    return powerOff(this.place);
  }

  /** Switches a killed machine on again, waiting until it answers SSH. */
  async start(): Promise<void> {
    await this.#host.powerOn(this);
    await this.ready();
  }

  /** Leaves no free byte on the disk: the file system shrinks to what it holds. */
  fillDisk(): Promise<void> {
    return this.#resizeDisk('$(df --output=used -B1 "$1" | tail -n 1)');
  }

  /** Gives the disk its size back. */
  freeDisk(): Promise<void> {
    return this.#resizeDisk(String(this.diskBytes));
  }

  /** Waits until sshd accepts users: from outside when the machine can be reached, else by looking inside. */
  async ready(timeoutMs = 90_000): Promise<void> {
    const isCut = (await listPartitioned(this.#host.place)).has(this.place.interfaceName);
    await waitFor(`${this.name} answering SSH`, () => this.#acceptsUsers(isCut), { timeoutMs, everyMs: 50 });
  }

  /**
   * Gives the machine so much of a processor of its own, 0.01 to 1, whatever others need: machines that share the host's processors are else as quick as the
   * others let them be. null: as much as there is.
   */
  async limitProcessor(share: number | null): Promise<void> {
    const group = ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct']
      .map((hierarchy) => `${hierarchy}/${controlGroup(this.place)}`)
      .find((path) => existsSync(path));
    if (group !== undefined) {
      return writeFile(`${group}/cpu.cfs_quota_us`, String(share === null ? -1 : share * PERIOD_US));
    }
    const quota = share === null ? 'max' : String(share * PERIOD_US);
    await writeFile(`/sys/fs/cgroup/${controlGroup(this.place)}/cpu.max`, `${quota} ${PERIOD_US}`);
  }

  async #acceptsUsers(isCut: boolean): Promise<boolean> {
    const leader = leaderPid(this.place.pidFile);
    if (!leader || !bootedPastNologin(leader)) return false;
    return isCut ? listensOnSsh(leader) : greets(this.address, 22);
  }

  async #resizeDisk(size: string): Promise<void> {
    const enter = ['nsenter', `--mount=/proc/${this.#host.namespacePid}/ns/mnt`];
    await run([...enter, 'sh', '-euc', `mount -o remount,size=${size} "$1"`, 'sh', this.place.disk]);
  }
}

// systemd-user-sessions removes the file that pam_nologin refuses users by; it exists from early boot on.
function bootedPastNologin(leader: number): boolean {
  const run = `/proc/${leader}/root/run`;
  const has = (name: string) => statSync(`${run}/${name}`, { throwIfNoEntry: false }) !== undefined;
  return has('systemd/units') && has('sshd') && !has('nologin');
}

function listensOnSsh(leader: number): boolean {
  return /^\s*\d+: 0+:0016 0+:0000 0A/m.test(readFileSync(`/proc/${leader}/net/tcp`, 'utf8'));
}

/** Whether something says hello as an SSH server at that address within a second. */
function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (chunk) => end(chunk.toString('latin1').startsWith('SSH-2.0')));
    socket
      .once('error', () => end(false))
      .once('timeout', () => end(false))
      .once('close', () => end(false));
  });
}
