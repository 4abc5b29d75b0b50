import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { LabError } from './lab-error.ts';
import type { MountNamespace } from './mount-namespace.ts';
import { controlGroup, type LabPlace, type MachinePlace } from './place.ts';
import { identify, leaderPid, nspawnPid } from './processes.ts';
import { hasControlGroups1, type Release } from './recipe.ts';
import { waitFor } from './wait.ts';

/** What a machine's disk is made of and knows from its first boot on. */
export interface DiskSeed {
  hostname: string;
  /** Read-only layers, uppermost first. */
  layers: string[];
  diskBytes: number;
  resolvConf: string;
  aptProxy: string;
}

/** Mounts a fresh disk (an overlay whose upper side is a tmpfs of the given size) and writes the machine's identity. */
export async function createDisk(
  namespace: MountNamespace,
  lab: LabPlace,
  place: MachinePlace,
  seed: DiskSeed,
): Promise<void> {
  await mkdir(place.disk, { recursive: true });
  const mount = `
    mount -t tmpfs -o "size=$2,mode=0755" tmpfs "$1"
    mkdir "$1/upper" "$1/work" "$1/root" "$1/srv"
    mount -t overlay overlay -o "lowerdir=$3,upperdir=$1/upper,workdir=$1/work" "$1/root"
    for type in ed25519 ecdsa; do
      ssh-keygen -q -t "$type" -N '' -C "root@$4" -f "$1/root/etc/ssh/ssh_host_\${type}_key"
    done`;
  await namespace.run(mount, [place.disk, String(seed.diskBytes), seed.layers.join(':'), seed.hostname]);
  const etc = namespace.path(`${place.root}/etc`);
  const network = [
    ...['[Match]', 'Name=host0', '[Network]', `Address=${place.address}/24`, `Gateway=${lab.gateway}`],
    ...['LinkLocalAddressing=no', 'IPv6AcceptRA=no'],
    // Good at once: nobody else can have it, and what listens on it at boot would find it missing for a second.
    ...['[Address]', `Address=${place.ipv6Address}/64`, 'DuplicateAddressDetection=none', ''],
  ];
  await mkdir(`${etc}/systemd/network`, { recursive: true });
  const files: Record<string, string> = {
    'systemd/network/10-lab.network': network.join('\n'),
    'machine-id': `${randomBytes(16).toString('hex')}\n`,
    hostname: `${seed.hostname}\n`,
    hosts: `127.0.0.1 localhost\n127.0.1.1 ${seed.hostname}\n::1 localhost ip6-localhost\n`,
    'resolv.conf': seed.resolvConf,
    'apt/apt.conf.d/91lab-cache': `Acquire::http::Proxy "${seed.aptProxy}";\n`,
  };
  await Promise.all(
    Object.entries(files).map(async ([name, content]) => {
      await writeFile(`${etc}/${name}`, content);
      await chmod(`${etc}/${name}`, 0o644);
    }),
  );
  const generators = `${etc}/systemd/system-generators`;
  await mkdir(generators, { recursive: true });
  await Promise.all(
    IDLE_GENERATORS.map((name) => symlink('/dev/null', `${generators}/systemd-${name}-generator`)),
  );
}

/** Programs that each reload of systemd starts to look for disks, consoles and firmware that such a machine has none of. */
const IDLE_GENERATORS = [
  ...['bless-boot', 'cryptsetup', 'debug', 'getty', 'gpt-auto', 'hibernate-resume', 'integritysetup'],
  ...['rc-local', 'run', 'ssh', 'system-update', 'tpm2', 'veritysetup'],
];

/** Switches the machine on. Returns once nspawn runs; the machine boots meanwhile. */
export async function powerOn(
  namespace: MountNamespace,
  lab: LabPlace,
  place: MachinePlace,
  { hostname, release }: { hostname: string; release: Release },
): Promise<void> {
  if (nspawnPid(place.pidFile)) throw new LabError(`${hostname} is on already`);
  const nspawn = [
    ...[
      'systemd-nspawn',
      '--quiet',
      '--register=no',
      '--keep-unit',
      `--machine=${place.id}`,
      `--hostname=${hostname}`,
    ],
    ...[
      `--directory=${place.root}`,
      `--bind=${place.disk}/srv:/srv`,
      `--network-bridge=${lab.bridge}`,
      '--link-journal=no',
      '--resolv-conf=off',
    ],
    ...['--timezone=off', '--console=pipe', '--kill-signal=SIGRTMIN+3', '--system-call-filter=@keyring'],
    ...['--', '/bin/sh', '-c', INIT],
  ];
  await rm(place.pidFile, { force: true });
  const log = openSync(place.logFile, 'a');
  const supervisor = ['--pdeathsig', 'KILL', 'sh', '-euc', SUPERVISE, 'sh'];
  const launch = [
    'sh',
    '-euc',
    LAUNCH,
    'sh',
    place.pidFile,
    controlGroup(place),
    String(namespace.pid),
    ...nspawn,
  ];
  const child = spawn('setpriv', [...supervisor, ...launch], {
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...process.env, ...(hasControlGroups1(release) ? {} : { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' }) },
  });
  closeSync(log);
  child.unref();
  const isOn = () => nspawnPid(place.pidFile) !== undefined || child.exitCode !== null;
  await waitFor(`${hostname} switched on`, isOn, { timeoutMs: 10_000, everyMs: 5 });
  if (child.exitCode !== null) throw new LabError(`${hostname} did not start, see ${place.logFile}`);
}

/** The power cord: ends the machine's PID 1 by SIGKILL and waits until nothing of it runs. */
export async function powerOff(place: MachinePlace): Promise<void> {
  const nspawn = nspawnPid(place.pidFile);
  if (!nspawn) return;
  process.kill(leaderPid(place.pidFile) ?? nspawn, 'SIGKILL');
  await waitFor(`${place.id} off`, () => !identify(nspawn), { timeoutMs: 20_000, everyMs: 10 });
}

// With --keep-unit, nspawn ends with 133 when the machine wants to be booted again.
const SUPERVISE = `
while :; do
  code=0; setpriv --pdeathsig KILL "$@" || code=$?
  [ "$code" -eq 133 ] || exit "$code"
done`;

// Each machine has a control group of its own in every hierarchy, so that limits inside it work and leftovers can be
// found.
const LAUNCH = `
for group in /sys/fs/cgroup /sys/fs/cgroup/*; do
  case "$group" in */cpuset) continue ;; esac
  [ -e "$group/cgroup.procs" ] || continue
  [ ! -e "$group/cgroup.controllers" ] || echo '+cpu +memory +pids +io' > "$group/cgroup.subtree_control" 2>/dev/null || true
  mkdir -p "$group/$2" && echo $$ > "$group/$2/cgroup.procs"
done
echo $$ > "$1"
namespace=$3; shift 3
exec nsenter --mount="/proc/$namespace/ns/mnt" "$@"`;

// nspawn mounts version 1 controllers read-only; writable, MemoryMax= and TasksMax= hold as on a real server.
// nspawn also lets its machine outlive it: PID 1 asks to be killed with it.
const INIT = `
for group in memory pids cpu cpuacct cpu,cpuacct blkio; do
  [ -d "/sys/fs/cgroup/$group" ] && mount -o remount,bind,rw "/sys/fs/cgroup/$group"
done 2>/dev/null
chmod 0666 /dev/net/tun
exec setpriv --pdeathsig KILL /lib/systemd/systemd`;
