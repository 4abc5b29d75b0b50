import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { AppError } from '@fairlead/errors';
import { execa } from 'execa';
import { cancelled } from '../deadline.ts';
import { withPrivateDirectory } from '../private-directory.ts';
import { guardGroup } from '../process-group.ts';
import { quoteCommand } from '../shell-quote.ts';
import { guardDisk } from './disk-guard.ts';
import { gitFailure } from './git-failure.ts';
import { reachableAddress } from './reachable-address.ts';
import { parseRepositoryAddress, type RepositoryAddress } from './repository-address.ts';
import { type OpenedKey, type RepositoryKey, withRepositoryKey } from './repository-key.ts';

/** What an installation allows Git to do. */
export interface GitOptions {
  /** `git` on PATH by default. */
  gitPath?: string;
  /** Plain `http://`, which anyone on the way can read and change. Default false. */
  allowHttp?: boolean;
  /** Loopback and private addresses (never link-local and metadata services). Default false. */
  allowPrivateNetworks?: boolean;
  /** For one whole question. Default 60,000. */
  timeoutMs?: number;
  /** What opens the repository; nothing for one that anybody may read. */
  key?: RepositoryKey | null;
  /** What Git may put on the disk before it is ended. No limit by default. */
  maxDiskBytes?: number;
}

interface Execution {
  input?: string;
  maxOutputBytes: number;
  encoding: 'utf8' | 'latin1';
}

interface SessionParts {
  url: string;
  directory: string;
  address: RepositoryAddress;
  key: OpenedKey;
  /** What `address.host` resolved to when it was judged. */
  ip: string;
  /** Milliseconds since the epoch. */
  deadline: number;
  signal: AbortSignal | undefined;
  options: GitOptions;
}

/** A Git that knows one repository: its address checked, its host resolved and pinned, no configuration but ours, a directory of its own. */
export class GitSession {
  readonly url: string;
  readonly #parts: SessionParts;

  private constructor(parts: SessionParts) {
    const { address, ip, url } = parts;
    // The git protocol cannot be told where to connect but by its address.
    this.url = address.transport === 'git' ? `git://${bracketed(ip)}:${address.port}${address.path}` : url;
    this.#parts = parts;
  }

  /** Runs `work` with a session, in a directory that is gone afterwards. Throws `invalid-input`, `repository-unreachable`, `cancelled`. */
  static async with<T>(
    url: string,
    options: GitOptions,
    signal: AbortSignal | undefined,
    work: (git: GitSession) => Promise<T>,
  ): Promise<T> {
    const timeoutMs = options.timeoutMs ?? 60_000;
    const deadline = Date.now() + timeoutMs;
    const address = parseRepositoryAddress(url);
    if (address.transport === 'http' && !options.allowHttp) {
      throw new AppError('invalid-input', 'Plain http:// repositories are switched off here.', {
        hint: 'Use the https:// or SSH address.',
      });
    }
    const ip = await reachableAddress(address.host, {
      allowPrivateNetworks: options.allowPrivateNetworks ?? false,
      timeoutMs: Math.min(timeoutMs, 10_000),
      signal,
    });
    const [origin = ''] = /^https?:\/\/[^/]*/.exec(url) ?? [];
    return await withPrivateDirectory(tmpdir(), 'fairlead-git', (directory) =>
      withRepositoryKey(options.key, origin, (key) =>
        work(new GitSession({ url, directory, address, key, ip, deadline, signal, options })),
      ),
    );
  }

  /**
   * Runs `git <args>` in the session's directory and returns what it printed, at most `maxOutputBytes` (default 4 MiB).
   * Throws what {@link gitFailure} makes of a failure.
   */
  run(args: readonly string[], maxOutputBytes = 4 << 20): Promise<string> {
    return this.#execute(args, { maxOutputBytes, encoding: 'utf8' });
  }

  /** As {@link run}, with `input` on its standard input, and its output byte by byte. */
  async bytes(args: readonly string[], input: string, maxOutputBytes = 4 << 20): Promise<Buffer> {
    return Buffer.from(await this.#execute(args, { input, maxOutputBytes, encoding: 'latin1' }), 'latin1');
  }

  async #execute(args: readonly string[], { input, maxOutputBytes, encoding }: Execution): Promise<string> {
    const { address, deadline, directory, key, options, signal } = this.#parts;
    const child = execa(options.gitPath ?? 'git', [...this.#settings(), ...args], {
      cwd: directory,
      env: this.#environment(),
      extendEnv: false,
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
      encoding,
      reject: false,
      stripFinalNewline: false,
      maxBuffer: { stdout: maxOutputBytes, stderr: 64_000 },
      detached: true,
      cleanup: false,
    });
    const timeoutMs = Math.max(1, deadline - Date.now());
    const disk = guardDisk(directory, options.maxDiskBytes);
    const ended = signal === undefined ? disk.signal : AbortSignal.any([signal, disk.signal]);
    const guard = guardGroup(child.pid, { timeoutMs, signal: ended, graceMs: 0 });
    const result = await child.finally(() => {
      guard.done();
      disk.done();
    });
    if (signal?.aborted) throw cancelled(signal.reason);
    if (result.exitCode === 0 && !result.isMaxBuffer) return result.stdout;
    throw gitFailure({
      host: address.host,
      stderr: key.hide(result.stderr ?? ''),
      timedOut: guard.timedOut(),
      tooMuch: result.isMaxBuffer || disk.signal.aborted,
      cause: result.cause,
    });
  }

  #settings(): string[] {
    const { host, port } = this.#parts.address;
    const settings = {
      'protocol.version': '2',
      'credential.helper': '',
      'core.hooksPath': '/dev/null',
      'http.followRedirects': 'false',
      // Of a name alone: an address resolves to itself, and curl takes no IPv6 address for a name.
      ...(isIP(host) === 0 ? { 'http.curloptResolve': `${host}:${port}:${bracketed(this.#parts.ip)}` } : {}),
      'http.lowSpeedLimit': '1',
      'http.lowSpeedTime': '20',
      'gc.auto': '0',
      'init.defaultBranch': 'main',
    };
    const { credentialHelper } = this.#parts.key;
    const helper = credentialHelper === null ? [] : [['credential.helper', credentialHelper] as const];
    return [...Object.entries(settings), ...helper].flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  }

  #environment(): Record<string, string> {
    const { address, directory, ip, key, options } = this.#parts;
    // The first of two values of one option is the one that counts, ssh_config(5).
    const ssh = [
      'ssh',
      '-F',
      '/dev/null',
      '-o',
      'BatchMode=yes',
      '-o',
      'IdentityAgent=none',
      ...key.sshOptions,
    ];
    if (key.sshOptions.length === 0) ssh.push('-o', 'IdentityFile=none');
    ssh.push('-o', `HostName=${ip}`, '-o', `HostKeyAlias=${address.host}`, '-o', 'ConnectTimeout=10');
    ssh.push('-o', 'StrictHostKeyChecking=accept-new', '-o', `UserKnownHostsFile=${directory}/known_hosts`);
    return {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: directory,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CEILING_DIRECTORIES: tmpdir(),
      GIT_ALLOW_PROTOCOL: options.allowHttp ? 'https:ssh:git:http' : 'https:ssh:git',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: '/bin/false',
      GIT_SSH_COMMAND: quoteCommand(ssh),
      GIT_SSH_VARIANT: 'ssh',
    };
  }
}

function bracketed(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}
