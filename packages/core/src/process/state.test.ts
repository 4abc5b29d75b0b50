import { expect, test } from 'vitest';
import { placesOf, processesAt } from './processes-of.ts';
import { type SeenProcess, withLastRuns } from './seen.ts';
import { type CronSettings, processSettingsSchema, type WorkerSettings } from './settings.ts';
import { stateOf } from './state.ts';

const worker = processSettingsSchema.parse({
  name: 'mail',
  kind: 'worker',
  command: 'x',
  count: 2,
}) as WorkerSettings;
const cron = processSettingsSchema.parse({
  ...{ name: 'tick', kind: 'cron', command: 'x', schedule: '* * * * *' },
}) as CronSettings;
const [primary, two, three] = ['one', 'two', 'three'].map((id, index) => ({
  id,
  role: index === 0 ? 'primary' : 'replica',
  desired: 'enabled',
})) as [Place, Place, Place];
type Place = { id: string; role: string; desired: string };
const backends = [primary, two, three];

const instance = {
  ...{ index: 1, state: 'running' as const, restarts: 0, memoryBytes: 1, memoryMaxBytes: null, since: 1 },
  ...{ releaseId: null, exitCode: 0 },
};
const seenWorker = (
  ...states: (typeof instance.state | 'restarting' | 'starting' | 'failed')[]
): SeenProcess => ({
  ...{ name: 'mail', kind: 'worker' },
  instances: states.map((state, index) => ({
    ...instance,
    index,
    state,
    exitCode: state === 'running' ? 0 : 3,
  })),
});
const seenCron = (more: object): SeenProcess => ({
  ...{ name: 'tick', kind: 'cron', scheduled: true, next: 1, running: false, memoryBytes: null },
  ...{ memoryMaxBytes: null, lastRun: null },
  ...more,
});
const look = (seen: SeenProcess | null, more: object = {}) =>
  stateOf(seen?.kind === 'cron' ? cron : worker, {
    seen,
    isFresh: true,
    isWanted: true,
    isServing: true,
    ...more,
  }).state;

test('all backends have a process that is on all, and those that leave have none', () => {
  expect(placesOf(worker, backends)).toEqual(backends);
  expect(placesOf(worker, [primary, { ...two, desired: 'removed' }])).toEqual([primary]);
  expect(placesOf(worker, [primary, { ...two, desired: 'disabled' }])).toHaveLength(2);
});

test('one on one backend has exactly one place, whatever becomes of its backend', () => {
  expect(placesOf(cron, backends)).toEqual([primary]);
  const chosen = { ...cron, backendId: 'two' };
  expect(placesOf(chosen, backends)).toEqual([two]);
  expect(placesOf(chosen, [primary, { ...two, desired: 'disabled' }, three])).toMatchObject([{ id: 'two' }]);
  expect(placesOf(chosen, [primary, { ...two, desired: 'removed' }, three])).toEqual([primary]);
  expect(placesOf(chosen, [primary, three])).toEqual([primary]);
  const everywhere = backends.flatMap(({ id }) => processesAt([chosen, worker], backends, id));
  expect(everywhere.map(({ name }) => name).sort()).toEqual(['mail', 'mail', 'mail', 'tick']);
});

test('nothing that was not seen lately is said to run', () => {
  const good = [seenWorker('running', 'running'), seenCron({ running: true }), seenCron({})];
  expect(good.map((seen) => look(seen))).toEqual(['running', 'running', 'idle']);
  for (const seen of good) {
    expect(look(seen, { isFresh: false })).toBe('unknown');
    expect(look(seen, { isServing: false })).toBe('waiting');
    expect(look(seen, { isWanted: false })).toBe('failing');
  }
  expect(look(null)).toBe('waiting');
});

test('one instance of many that does not run is enough to say so', () => {
  expect(look(seenWorker('running', 'restarting'))).toBe('failing');
  expect(look(seenWorker('running', 'failed'))).toBe('failing');
  expect(look(seenWorker('running', 'starting'))).toBe('starting');
  expect(look(seenWorker('running'))).toBe('waiting');
  expect(look(seenCron({ scheduled: false }))).toBe('failing');
  const lastRun = { startedAt: 1, endedAt: 2, result: 'timeout', exitCode: null };
  expect(look(seenCron({ lastRun }))).toBe('failing');
  expect(look(seenCron({ lastRun: { ...lastRun, result: 'success', exitCode: 0 } }))).toBe('idle');
});

test('the last run is remembered over a start of the machine', () => {
  const lastRun = { startedAt: 1, endedAt: 2, result: 'success', exitCode: 0 };
  expect(withLastRuns([seenCron({})], [seenCron({ lastRun })])).toEqual([seenCron({ lastRun })]);
  const newer = { ...lastRun, startedAt: 3 };
  expect(withLastRuns([seenCron({ lastRun: newer })], [seenCron({ lastRun })])).toEqual([
    seenCron({ lastRun: newer }),
  ]);
});
