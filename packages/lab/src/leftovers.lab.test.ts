import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attempt } from './command.ts';
import { snapshotHost } from './fixtures/host-snapshot.ts';
import { Lab } from './lab.ts';
import { readState, removeStaleLabs } from './leftovers.ts';
import { isAlive } from './processes.ts';
import { waitFor } from './wait.ts';

const SLOT = 241;
const NAME = 'lab-leftovers';

let before: Record<string, unknown>;
let holder: ChildProcess;

beforeEach(async () => {
  before = await snapshotHost([SLOT]);
  holder = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'fixtures/hold-lab.ts'), NAME, String(SLOT)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(holder.stdout ?? holder, 'data');
});

afterEach(async () => {
  if (holder.exitCode === null && holder.signalCode === null) await end('SIGKILL');
  removeStaleLabs();
});

const answersSsh = async (): Promise<boolean> =>
  (await attempt(['timeout', '1', 'bash', '-c', `</dev/tcp/198.18.${SLOT}.11/22`])).code === 0;

const end = async (signal: NodeJS.Signals): Promise<void> => {
  const exited = once(holder, 'exit');
  holder.kill(signal);
  await exited;
};

describe('a lab whose process ends', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('leaves nothing after %s', async (signal) => {
    expect(await answersSsh()).toBe(true);
    expect(await snapshotHost([SLOT])).not.toEqual(before);
    await end(signal);
    expect(await snapshotHost([SLOT])).toEqual(before);
  });

  it('takes its machines and mounts along at SIGKILL, and the next lab of any name clears the rest', async () => {
    expect(await answersSsh()).toBe(true);
    const state = readState(NAME);
    await end('SIGKILL');
    await waitFor('the machine gone', async () => !(await answersSsh()), { timeoutMs: 5000 });
    expect(state && isAlive(state.holder)).toBe(false);
    const next = await Lab.up({ name: 'lab-next', slot: SLOT, machines: [{ name: 'web-1' }] });
    expect(readState(NAME)).toBeUndefined();
    await next.down();
    expect(await snapshotHost([SLOT])).toEqual(before);
  });

  it('refuses a second lab on its slot while it lives', async () => {
    const second = Lab.up({ name: 'lab-second', slot: SLOT, machines: [{ name: 'web-1' }] });
    await expect(second).rejects.toThrow(`the lab ${NAME} (slot ${SLOT}) is up`);
    expect(await answersSsh()).toBe(true);
  });

  it('lets one of two win that want the same slot at once, whole', async () => {
    const wanted = ['lab-left', 'lab-right'].map((name) =>
      Lab.up({ name, slot: 243, machines: [{ name: 'web-1' }] }),
    );
    const results = await Promise.allSettled(wanted);
    const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(winners).toHaveLength(1);
    expect(await winners[0]?.machine('web-1').run('hostname')).toBe('web-1\n');
    await winners[0]?.down();
  });

  it('lives beside another lab', async () => {
    const other = await Lab.up({ name: 'lab-other', slot: 242, machines: [{ name: 'web-1' }] });
    expect(await answersSsh()).toBe(true);
    await other.down();
    expect(await answersSsh()).toBe(true);
    expect(await snapshotHost([SLOT])).toMatchObject({ forwarding: 'in use' });
  });
});
