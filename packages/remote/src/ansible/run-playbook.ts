import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '@fairlead/errors';
import { execa } from 'execa';
import { cancelled } from '../deadline.ts';
import { SshPool } from '../pool.ts';
import { memoryRoot, withPrivateDirectory } from '../private-directory.ts';
import { guardGroup } from '../process-group.ts';
import type { SshTarget } from '../target.ts';
import { type AnsibleEvent, type AnsibleTaskEvent, parseAnsibleLine } from './events.ts';
import { ansibleFailure } from './failure.ts';
import { sshFiles } from './ssh-config.ts';
import { type AnsibleValue, varsFile } from './unsafe-vars.ts';

/** What to run, where, and who hears of it. */
export interface PlaybookRun {
  /** Path of the playbook; its roles are in `../roles` beside its directory. It addresses `hosts: all`. */
  playbook: string;
  target: SshTarget;
  /** Variables by name; strings never become templates. */
  vars?: Readonly<Record<string, AnsibleValue>>;
  onEvent?: (event: AnsibleEvent) => void;
  signal?: AbortSignal;
  /** For the whole run. Default 30 minutes. */
  timeoutMs?: number;
  /** The program, `ansible-playbook` on PATH by default. */
  ansiblePath?: string;
  /** Where the callback plugin lies, when the package has been bundled. */
  callbackPath?: string;
}

/** Numbers of tasks by outcome, as Ansible counts them. */
export interface PlaybookResult {
  ok: number;
  changed: number;
  failed: number;
}

/**
 * Runs a playbook against one server over OpenSSH with the pinned host key. Key, inventory and variables live in a private directory that is gone
 * afterwards, in memory where the system has a shared-memory file system. Throws `cancelled`, `package-lock-held`, `disk-full`, `sudo-missing`,
 * what connecting throws, and `ansible-failed` with `details.task` and
 * `details.message`.
 */
export async function runPlaybook(run: PlaybookRun): Promise<PlaybookResult> {
  if (run.signal?.aborted) throw cancelled(run.signal.reason);
  return await withPrivateDirectory(memoryRoot(), 'fl', async (directory) => {
    const ssh = sshFiles(run.target, directory);
    await mkdir(join(directory, 'tmp'), { mode: 0o700 });
    const inventory = { all: { hosts: { server: { ansible_host: ssh.host } } } };
    const files = [
      ...ssh.files,
      { name: 'ansible.cfg', text: '[defaults]\n' },
      { name: 'inventory.json', text: JSON.stringify(inventory) },
      { name: 'vars.json', text: varsFile(run.vars ?? {}) },
    ];
    await Promise.all(files.map(({ name, text }) => writeFile(join(directory, name), text, { mode: 0o600 })));
    try {
      return await play(run, directory);
    } finally {
      await endMasters(directory, ssh.aliases);
    }
  });
}

async function play(run: PlaybookRun, directory: string): Promise<PlaybookResult> {
  const program = run.ansiblePath ?? 'ansible-playbook';
  const playbook = resolve(run.playbook);
  const argv = ['-i', join(directory, 'inventory.json'), '-e', `@${join(directory, 'vars.json')}`, playbook];
  const child = execa(program, argv, {
    cwd: directory,
    env: environment(run, directory),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    buffer: { stdout: false, stderr: false },
    detached: true,
    cleanup: false,
  });
  const outcome = {
    failure: null as AnsibleTaskEvent | null,
    stats: null as PlaybookResult | null,
    output: '',
  };
  const keep = (line: string) => {
    outcome.output = `${outcome.output}${line}\n`.slice(-8000);
  };
  const { signal, timeoutMs = 30 * 60_000 } = run;
  const guard = guardGroup(child.pid, { timeoutMs, signal, graceMs: 3_000 });
  const reading = (async () => {
    for await (const line of child.iterable({ from: 'stdout' })) {
      const event = parseAnsibleLine(line);
      if (!event) keep(line);
      else if (event.event === 'stats')
        outcome.stats = { ok: event.ok, changed: event.changed, failed: event.failed };
      else {
        if (event.event === 'task' && isFatal(event)) outcome.failure = event;
        run.onEvent?.(event);
      }
    }
  })();
  const complaining = (async () => {
    for await (const line of child.iterable({ from: 'stderr' })) keep(line);
  })();
  const [ended] = await Promise.all([child, reading, complaining]).finally(guard.done);
  if (run.signal?.aborted) throw cancelled(run.signal.reason);
  if (guard.timedOut()) {
    throw new AppError('ansible-failed', `Preparing ${run.target.name} took longer than its limit.`, {
      server: run.target.name,
      retryable: true,
    });
  }
  if (ended.exitCode === 0 && outcome.stats) return outcome.stats;
  if (ended.exitCode === undefined && !ended.signal) {
    throw new AppError('ansible-failed', `${program} cannot be started.`, {
      hint: 'Install ansible-core on the control plane.',
      cause: ended.cause,
    });
  }
  if (outcome.failure?.status === 'unreachable') await diagnose(run.target);
  throw ansibleFailure({
    server: run.target.name,
    playbook: basename(playbook),
    exitCode: ended.exitCode ?? null,
    failure: outcome.failure,
    output: outcome.output,
  });
}

function isFatal(event: AnsibleTaskEvent): boolean {
  return event.status === 'unreachable' || (event.status === 'failed' && !event.ignored);
}

function environment(run: PlaybookRun, directory: string): Record<string, string> {
  const callbacks = run.callbackPath ?? fileURLToPath(new URL('../../ansible-callback', import.meta.url));
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: directory,
    LANG: 'C.UTF-8',
    ANSIBLE_CONFIG: join(directory, 'ansible.cfg'),
    ANSIBLE_HOME: directory,
    ANSIBLE_LOCAL_TEMP: join(directory, 'tmp'),
    ANSIBLE_ROLES_PATH: join(dirname(resolve(run.playbook)), '..', 'roles'),
    ANSIBLE_CALLBACK_PLUGINS: callbacks,
    ANSIBLE_STDOUT_CALLBACK: 'fairlead_jsonl',
    ANSIBLE_PIPELINING: '1',
    ANSIBLE_SSH_ARGS: `-F ${join(directory, 'ssh_config')}`,
    ANSIBLE_HOST_KEY_CHECKING: 'True',
    // No sftp-server needed on the machine, and no second channel.
    ANSIBLE_SSH_TRANSFER_METHOD: 'piped',
    ANSIBLE_SSH_RETRIES: '2',
    ANSIBLE_TIMEOUT: '10',
    ANSIBLE_FORCE_COLOR: '0',
    ANSIBLE_DEPRECATION_WARNINGS: '0',
    ANSIBLE_RETRY_FILES_ENABLED: '0',
    ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
    PYTHONUNBUFFERED: '1',
  };
}

/** ControlPersist leaves masters behind that hold the key's connections; ends each that there is. */
async function endMasters(directory: string, aliases: readonly string[]): Promise<void> {
  const argv = (alias: string) => ['-F', join(directory, 'ssh_config'), '-O', 'exit', alias];
  await Promise.all(
    aliases.map((alias) => execa('ssh', argv(alias), { reject: false, timeout: 3_000, stdio: 'ignore' })),
  );
}

/** OpenSSH says little about why (nothing at all about a jump host): our own connection tells the causes apart, and throws. */
async function diagnose(target: SshTarget): Promise<void> {
  const pool = new SshPool();
  try {
    await pool.acquire(target);
  } finally {
    pool.close();
  }
}
