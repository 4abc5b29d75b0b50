import { expect, test } from 'vitest';
import { formatAge, formatDuration } from './duration.ts';

test.each([
  [0, '0 ms'],
  [640.4, '640 ms'],
  [4210, '4.2 s'],
  [9960, '10 s'],
  [59_400, '59 s'],
  [59_600, '1 min 00 s'],
  [185_000, '3 min 05 s'],
  [7_800_000, '2 h 10 min'],
])('says %d ms as %s', (ms, said) => {
  expect(formatDuration(ms)).toBe(said);
});

test.each([
  [1, 'just now'],
  [12, '12 s ago'],
  [300, '5 min ago'],
  [3 * 3600, '3 h ago'],
  [30 * 3600, 'yesterday'],
  [3 * 86_400, '3 days ago'],
  [-20, 'just now'],
  [-300, 'in 5 min'],
  [-3 * 3600, 'in 3 h'],
  [-9 * 86_400, 'in 9 days'],
  [-90 * 86_400, 'on Apr 20, 2030'],
])('says %d s ago as %s', (seconds, said) => {
  const now = Date.UTC(2030, 0, 20);
  expect(formatAge(new Date(now - seconds * 1000), now)).toBe(said);
});
