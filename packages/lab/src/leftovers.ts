import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { forwardingCommand } from './network.ts';
import { controlGroupPrefix, type LabPlace, labPlace, STATE_ROOT } from './place.ts';
import { isAlive, type ProcessIdentity } from './processes.ts';
import type { LabState } from './state.ts';

/**
 * Takes everything of a lab off the host: machines, control groups, bridge, NAT, forwarding, state. Synchronous, as it
 * is also the last thing a dying process does; safe to repeat, and safe when only a part is there.
 */
export function removeLab(place: LabPlace, holder?: ProcessIdentity): void {
  endMachines(place);
  if (holder && isAlive(holder)) process.kill(holder.pid, 'SIGKILL');
  quietly(['ip', 'link', 'delete', place.bridge]);
  quietly(['nft', 'delete', 'table', 'ip', place.table]);
  quietly(['nft', 'delete', 'table', 'bridge', place.table]);
  if (existsSync(STATE_ROOT)) quietly(forwardingCommand('release', place.name));
  for (const entry of listDirectory('/run/systemd/nspawn/propagate')) {
    if (isMachineOf(place, entry))
      rmSync(`/run/systemd/nspawn/propagate/${entry}`, { recursive: true, force: true });
  }
  rmSync(place.directory, { recursive: true, force: true });
  quietly(['rmdir', STATE_ROOT]);
}

/** Removes what labs left behind whose process is gone. Returns their names. */
export function removeStaleLabs(): string[] {
  const removed: string[] = [];
  for (const name of listDirectory(STATE_ROOT)) {
    const state = readState(name);
    if (!state || isAlive(state.owner)) continue;
    removeLab(labPlace(state.name, state.slot), state.holder);
    removed.push(name);
  }
  return removed;
}

/** The state of the lab `name`, if one was ever set up and not taken down. */
export function readState(name: string): LabState | undefined {
  try {
    return JSON.parse(readFileSync(`${STATE_ROOT}/${name}/lab.json`, 'utf8')) as LabState;
  } catch {
    return undefined;
  }
}

/** All labs on this host. */
export const readStates = (): LabState[] =>
  listDirectory(STATE_ROOT)
    .map(readState)
    .filter((state) => state !== undefined);

function endMachines(place: LabPlace): void {
  const groups = controlGroups(place);
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; pause(20)) {
    const members = [...new Set(groups.flatMap(membersBelow))];
    if (members.length === 0) break;
    for (const pid of members) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself between the two lines.
      }
    }
  }
  // The kernel refuses while it still lets go of a member, on a busy machine for a moment longer than a member is listed.
  for (const deadline = Date.now() + 2000; Date.now() < deadline; pause(20)) {
    if (groups.map(removeGroup).every(Boolean)) break;
  }
}

function controlGroups(place: LabPlace): string[] {
  const root = '/sys/fs/cgroup';
  return [root, ...listDirectory(root).map((name) => `${root}/${name}`)].flatMap((hierarchy) =>
    listDirectory(hierarchy)
      .filter(
        (name) =>
          name.startsWith(controlGroupPrefix) && isMachineOf(place, name.slice(controlGroupPrefix.length)),
      )
      .map((name) => `${hierarchy}/${name}`),
  );
}

const isMachineOf = (place: LabPlace, id: string): boolean => id.startsWith(`fl${place.slot}-`);

function membersBelow(group: string): number[] {
  const below = listDirectory(group, true).flatMap((name) => membersBelow(`${group}/${name}`));
  try {
    const own = readFileSync(`${group}/cgroup.procs`, 'utf8').split('\n').map(Number);
    return [...own.filter((pid) => pid > 0), ...below];
  } catch {
    return below;
  }
}

/** Removes a group and those below it; false where one of them is still there. */
function removeGroup(group: string): boolean {
  for (const name of listDirectory(group, true)) removeGroup(`${group}/${name}`);
  try {
    rmdirSync(group);
  } catch {
    return !existsSync(group);
  }
  return true;
}

function listDirectory(path: string, foldersOnly = false): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => !foldersOnly || entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function quietly(argv: string[]): void {
  try {
    execFileSync(argv[0] ?? '', argv.slice(1), { stdio: 'ignore' });
  } catch {
    // Not there: that is what was asked for.
  }
}

const pause = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};
