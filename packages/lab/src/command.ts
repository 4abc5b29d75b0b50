import { execa } from 'execa';
import { LabError } from './lab-error.ts';

/** How a command ended. `code` is 128 + n when signal n ended it, as a shell reports it. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** What a command gets besides its arguments. `timeoutMs` kills it and throws. */
export interface CommandOptions {
  input?: string | Uint8Array;
  env?: Record<string, string>;
  cwd?: string;
  timeoutMs?: number;
  /** Called for every line of either stream, as it comes. */
  onLine?: (line: string) => void;
}

/** Runs `argv` without a shell and returns how it ended, whatever the code. */
export async function attempt(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [file, ...args] = argv;
  if (!file) throw new LabError('empty command');
  const child = execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    input: options.input ?? '',
    timeout: options.timeoutMs ?? 0,
    cwd: options.cwd,
    env: options.env,
    all: true,
  });
  if (options.onLine) void follow(child.iterable({ from: 'all' }), options.onLine);
  const result = await child;
  if (result.timedOut)
    throw new LabError(`${file} gave no answer in ${options.timeoutMs} ms`, { detail: result.stderr });
  if (result.exitCode === undefined && !result.signal) {
    throw new LabError(`${file} cannot be started`, { detail: result.shortMessage, cause: result.cause });
  }
  return { code: result.exitCode ?? 128, stdout: result.stdout, stderr: result.stderr };
}

/** Runs `argv` and returns its standard output. Throws {@link LabError} with standard error unless it exits 0. */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await attempt(argv, options);
  if (result.code !== 0) {
    throw new LabError(`${argv.slice(0, 3).join(' ')} exited with ${result.code}`, {
      detail: `${result.stderr}${result.stdout}`.trim().slice(-4000),
    });
  }
  return result.stdout;
}

async function follow(lines: AsyncIterable<string>, onLine: (line: string) => void): Promise<void> {
  for await (const line of lines) onLine(line);
}
