import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Environment } from '../src/env.ts';

/** A worker in a process of its own, as an installation runs it. */
export interface SpawnedWorker {
  readonly pid: number;
  /** Cuts the power. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** What `build-setup.ts` has built. */
const program = join(import.meta.dirname, '../dist/main.js');

/** Starts the worker as it ships; resolves when it takes work. */
export async function spawnWorker(env: Environment): Promise<SpawnedWorker> {
  const child: ChildProcess = spawn(process.execPath, [program], {
    env: environmentOf(env),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('no pipe');
  const ready = once(createInterface({ input: child.stdout }), 'line');
  const ended = once(child, 'close');
  await Promise.race([ready, ended.then(() => Promise.reject(new Error('the worker ended at once')))]);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [code] = await ended;
    return code as number | null;
  };
  return {
    pid: child.pid ?? -1,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

function environmentOf(env: Environment): Record<string, string> {
  const entries = Object.entries(env).filter(([, value]) => value !== undefined);
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    ...Object.fromEntries(entries.map(([key, value]) => [key, String(value)])),
  };
}
