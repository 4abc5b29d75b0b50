import { expect, test } from 'vitest';
import { latencyScale } from './latency-scale.ts';

const box = { width: 100, height: 100 };

test('draws the values from left to right, larger ones higher', () => {
  const scale = latencyScale([10, 5, 10], box);
  expect(scale.lines).toBe('M16.7 16.7L50 58.3L83.3 16.7');
  expect(scale).toMatchObject({ most: 10, ticks: [5, 10] });
  expect(scale.mean).toBeCloseTo(8.33, 2);
});

test('leaves a gap where nothing was measured', () => {
  expect(latencyScale([1, 1, null, 1, 1], box).lines.match(/M/g)).toHaveLength(2);
});

test('shows a lonely value as a short line', () => {
  expect(latencyScale([null, 4, null], box).lines).toBe('M36.7 16.7L63.3 16.7');
});

test.each([0.3, 3.7, 42, 950, 12_000])('has one or two round lines below %d ms', (ms) => {
  const { ticks } = latencyScale([ms], box);
  expect(ticks.length).toBeGreaterThan(0);
  for (const tick of ticks) expect(tick).toBeLessThanOrEqual(ms * 1.2);
});
