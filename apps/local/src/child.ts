import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  argv: [string, ...string[]];
  cwd: string;
  env: Record<string, string>;
  /** File that keeps all output. */
  logFile: string;
}

/** A process of the control plane that this program started and will end. */
export interface Child {
  readonly pid: number;
  readonly logFile: string;
  /** Resolves with the first line of standard output that `matches`; rejects when the process ends before. */
  line(matches: (line: string) => boolean): Promise<string>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** SIGTERM, and SIGKILL after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a process, its output in a file, its standard output readable line by line. */
export function startChild(options: ChildOptions): Child {
  const [command, ...rest] = options.argv;
  const child: ChildProcess = spawn(command, rest, {
    cwd: options.cwd,
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: process.env.HOME ?? '/', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a terminal's Ctrl-C reaches this program, which then ends its children in order
  });
  const log = createWriteStream(options.logFile, { flags: 'a', mode: 0o600 });
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  if (!child.stdout || !child.stderr) throw new Error('no pipes');
  child.stderr.pipe(log, { end: false });
  createInterface({ input: child.stdout }).on('line', (line) => {
    log.write(`${line}\n`);
    if (lines.length < 200) lines.push(line);
    for (const offer of waiting) offer(line);
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('error', () => resolve({ code: 127, signal: null }));
    child.once('close', (code, signal) => {
      log.end();
      resolve({ code, signal });
    });
  });
  return {
    pid: child.pid ?? -1,
    logFile: options.logFile,
    ended,
    kill: (signal) => void child.kill(signal),
    line: (matches) =>
      new Promise((resolve, reject) => {
        const found = lines.find(matches);
        if (found !== undefined) return resolve(found);
        const offer = (line: string) => {
          if (!matches(line)) return;
          waiting.delete(offer);
          resolve(line);
        };
        waiting.add(offer);
        void ended.then(({ code, signal }) =>
          reject(
            new Error(`${command} ended with ${signal ?? code} before it was ready; see ${options.logFile}`),
          ),
        );
      }),
    async stop(graceMs = 10_000) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
