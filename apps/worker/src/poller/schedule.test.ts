import { expect, test } from 'vitest';
import { Schedule } from './schedule.ts';

const ids = Array.from({ length: 100 }, (_, index) => `backend-${index}`);

function dueTimes(schedule: Schedule, fromMs: number, toMs: number, stepMs: number) {
  const times = new Map<string, number[]>();
  for (let now = fromMs; now <= toMs; now += stepMs) {
    for (const id of schedule.due(now)) times.set(id, [...(times.get(id) ?? []), now]);
  }
  return times;
}

test('is due at once, then once in every interval', () => {
  const schedule = new Schedule();
  schedule.set(
    ids.map((id) => ({ id, everyMs: 1_000 })),
    5_000_000,
  );
  const times = dueTimes(schedule, 5_000_000, 5_010_000, 10);
  for (const id of ids) {
    const [first, second, ...rest] = times.get(id) ?? [];
    expect(first).toBe(5_000_000);
    expect((second ?? 0) - (first ?? 0)).toBeLessThanOrEqual(1_000);
    let before = second ?? 0;
    for (const at of rest) {
      expect(at - before).toBeGreaterThanOrEqual(990);
      expect(at - before).toBeLessThanOrEqual(1_010);
      before = at;
    }
    expect(rest.length).toBeGreaterThanOrEqual(8);
  }
});

test('spreads over the interval', () => {
  const schedule = new Schedule();
  schedule.set(
    ids.map((id) => ({ id, everyMs: 1_000 })),
    0,
  );
  schedule.due(0);
  const quarters = [250, 500, 750, 1_000].map((until) => schedule.due(until).length);
  for (const count of quarters) expect(count).toBeGreaterThan(10);
});

test('keeps its rhythm when the list is read again, and forgets what is gone', () => {
  const schedule = new Schedule();
  schedule.set(
    [
      { id: 'a', everyMs: 1_000 },
      { id: 'b', everyMs: 1_000 },
    ],
    0,
  );
  expect(schedule.due(0)).toEqual(['a', 'b']);
  schedule.set([{ id: 'a', everyMs: 1_000 }], 1);
  expect(schedule.due(1)).toEqual([]);
  expect(schedule.due(2_000)).toEqual(['a']);
});

test('after a stall it is due once, not once for every interval that was missed', () => {
  const schedule = new Schedule();
  schedule.set([{ id: 'a', everyMs: 100 }], 0);
  schedule.due(0);
  expect(schedule.due(60_000)).toEqual(['a']);
  expect(schedule.due(60_001)).toEqual([]);
});
