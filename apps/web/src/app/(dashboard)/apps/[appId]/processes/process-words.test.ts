import type { Process } from '@fairlead/api/types';
import { expect, test } from 'vitest';
import { memoryOf, type Place, processesInWords, restartsOf } from './process-words.ts';

const instance = {
  index: 1,
  state: 'running',
  restarts: 2,
  memoryBytes: 10,
  memoryMaxBytes: 100,
  since: null,
};
const place: Place = {
  ...{ backendId: 'b', serverName: 'web-1', state: 'running', reason: null, seenAt: null },
  ...{ instances: [instance, { ...instance, index: 2, restarts: 1 }], nextRunAt: null, lastRun: null },
};
const process = (...states: Place['state'][]) =>
  ({ places: states.map((state) => ({ ...place, state })) }) as unknown as Process;

test('what is not seen is never counted as running', () => {
  expect(processesInWords([])).toBe('Nothing runs beside the web process');
  expect(processesInWords([process('running', 'unknown'), process('idle', 'failing', 'waiting')])).toBe(
    '2 of 5 run as they should · 1 failing · 1 not seen lately',
  );
});

test('instances add up; without a limit on each there is none', () => {
  expect(restartsOf(place)).toBe(3);
  expect(memoryOf(place)).toEqual({ used: 20, limit: 200 });
  expect(
    memoryOf({ ...place, instances: [instance, { ...instance, memoryMaxBytes: null }] }).limit,
  ).toBeNull();
  expect(memoryOf({ ...place, instances: [] })).toEqual({ used: null, limit: null });
});
