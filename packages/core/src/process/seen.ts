import type { Backend } from '@fairlead/db';

/** States of one instance of a worker, in systemd’s sense. */
export type InstanceState = 'running' | 'starting' | 'restarting' | 'stopping' | 'stopped' | 'failed';

/** One instance as it was seen; times in milliseconds since the epoch. */
export interface SeenInstance {
  index: number;
  state: InstanceState;
  restarts: number;
  memoryBytes: number | null;
  memoryMaxBytes: number | null;
  since: number | null;
  releaseId: string | null;
  exitCode: number | null;
}

/** How a run of a cron entry ended: systemd’s word, and the exit code of a program that ended by itself. */
export interface SeenRun {
  startedAt: number;
  endedAt: number;
  result: string;
  exitCode: number | null;
}

/** One process as it was seen on a backend. */
export type SeenProcess =
  | { name: string; kind: 'worker'; instances: SeenInstance[] }
  | {
      name: string;
      kind: 'cron';
      scheduled: boolean;
      next: number | null;
      running: boolean;
      memoryBytes: number | null;
      memoryMaxBytes: number | null;
      lastRun: SeenRun | null;
    };

/** What of a backend’s processes was seen last; none before the first look. */
export function seenOf({ processes }: Pick<Backend, 'processes'>): SeenProcess[] {
  return Array.isArray(processes) ? (processes as unknown as SeenProcess[]) : [];
}

/** A new look over an old one: systemd forgets runs when its machine starts again. */
export function withLastRuns(seen: readonly SeenProcess[], before: readonly SeenProcess[]): SeenProcess[] {
  return seen.map((process) => {
    const known = before.find((other) => other.name === process.name);
    if (process.kind !== 'cron' || process.lastRun !== null || known?.kind !== 'cron') return process;
    return { ...process, lastRun: known.lastRun };
  });
}
