import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { run } from './command.ts';
import { LabError } from './lab-error.ts';

/**
 * A private mount namespace that holds the lab's disks. The host's own mount table never changes, and the kernel
 * takes the mounts away when the lab's process dies, even by SIGKILL.
 */
export class MountNamespace {
  readonly pid: number;
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess, pid: number) {
    this.#holder = holder;
    this.pid = pid;
  }

  static async open(): Promise<MountNamespace> {
    const argv = [
      '--pdeathsig',
      'KILL',
      'unshare',
      '--mount',
      '--propagation',
      'private',
      'sh',
      '-c',
      'echo ready; exec cat',
    ];
    const holder = spawn('setpriv', argv, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    const ready = await Promise.race([
      once(holder.stdout, 'data').then(() => true),
      once(holder, 'exit').then(() => false),
    ]);
    if (!ready || !holder.pid) throw new LabError('no private mount namespace: is this root?');
    holder.stdout.destroy();
    holder.unref();
    return new MountNamespace(holder, holder.pid);
  }

  /** Runs a shell script inside, with `args` as `$1`…; returns its output. */
  run(script: string, args: readonly string[] = []): Promise<string> {
    return run(['nsenter', `--mount=/proc/${this.pid}/ns/mnt`, 'sh', '-euc', script, 'sh', ...args]);
  }

  /** The path by which this process reaches a file of the namespace. */
  path(inside: string): string {
    return `/proc/${this.pid}/root${inside}`;
  }

  close(): void {
    this.#holder.kill('SIGKILL');
  }
}
