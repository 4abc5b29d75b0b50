import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { DatabaseUser } from './database-user.ts';

export interface ServerOptions {
  postgres: string;
  user: DatabaseUser | null;
  cluster: string;
  port: number;
  disposable: boolean;
  onLog(line: string): void;
}

/** Postgres ended before it took connections; `log` says why in its own words. */
export class StartFailure extends Error {
  constructor(readonly log: string) {
    super(`Postgres did not start: ${log}`);
  }
}

/** Signals for an ever shorter shutdown, with the time that each is given in ms (https://www.postgresql.org/docs/current/server-shutdown.html). */
export const shutdown: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];

const setpriv = '/usr/bin/setpriv';

function serverArguments(options: ServerOptions): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    ...(options.disposable ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  return [
    '-D',
    options.cluster,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** A running server. */
export interface Server {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Resolves true when `ended` does, false after `ms`. */
function within(ended: Promise<void>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    void ended.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  for (const [signal, patienceMs] of shutdown) {
    child.kill(signal);
    if (await within(ended, patienceMs)) return;
  }
}

/**
 * Starts Postgres and waits until it takes connections.
 *
 * @throws StartFailure
 */
export function startServer(options: ServerOptions): Promise<Server> {
  // Ours alone to stop: not by a Ctrl-C in the terminal, but with us if we are killed.
  const dieWithUs = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'INT', '--'] : [];
  const [program = options.postgres, ...argv] = [...dieWithUs, options.postgres, ...serverArguments(options)];
  const child = spawn(program, argv, {
    ...options.user,
    cwd: '/',
    detached: true,
    env: { LC_ALL: 'C', TZ: 'UTC', NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    child.once('error', reject);
    createInterface({ input: child.stderr }).on('line', (line) => {
      options.onLog(line);
      lines.push(line);
      if (lines.length > 20) lines.shift();
      if (line.includes('database system is ready to accept connections')) {
        resolve({ ended, stop: () => stop(child, ended) });
      }
    });
    void ended.then(() => reject(new StartFailure(lines.join('\n'))));
  });
}
