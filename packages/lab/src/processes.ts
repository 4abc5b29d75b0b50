import { readFileSync } from 'node:fs';

/** A process that a later process with the same number is not mistaken for. */
export interface ProcessIdentity {
  pid: number;
  /** Start time in clock ticks since boot, field 22 of /proc/<pid>/stat (proc(5)). */
  startTicks: string;
}

/** The identity of a live process; `undefined` when there is none, or only its zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  if (!stat) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, startTicks: fields[19] ?? '' };
}

/** Whether exactly that process still runs. */
export const isAlive = (process: ProcessIdentity): boolean =>
  identify(process.pid)?.startTicks === process.startTicks;

/** The nspawn process that the pid file names, if it runs. */
export function nspawnPid(pidFile: string): number | undefined {
  const pid = Number(readOrNothing(pidFile)?.trim());
  if (!pid || !identify(pid)) return undefined;
  return readOrNothing(`/proc/${pid}/comm`)?.trim() === 'systemd-nspawn' ? pid : undefined;
}

/** PID 1 of the machine, as the host numbers it; `undefined` while it is off. It changes at every reboot. */
export function leaderPid(pidFile: string): number | undefined {
  const nspawn = nspawnPid(pidFile);
  if (!nspawn) return undefined;
  const children = readOrNothing(`/proc/${nspawn}/task/${nspawn}/children`) ?? '';
  return children
    .split(' ')
    .map(Number)
    .find((pid) => pid > 0 && identify(pid) && isInit(pid));
}

function isInit(pid: number): boolean {
  const inner = readOrNothing(`/proc/${pid}/status`)?.match(/^NSpid:\s+\d+\s+(\d+)$/m)?.[1];
  return inner === '1';
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
