import { expect, test } from 'vitest';
import { formatBytes, formatLatency, formatMemory, formatShare, formatSocket } from './units.ts';

test('writes sizes with their unit and no more digits than they carry', () => {
  expect([0, 999, 1000, 25_400_000_000, 999_999_999].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '25.4 GB',
    '1.0 GB',
  ]);
  expect(formatMemory(4_123_456_789)).toBe('3.8 GiB');
  expect(formatMemory(536_870_912)).toBe('512 MiB');
});

test('writes times at the size that a person compares', () => {
  expect([0.42, 9.96, 240, 1240].map(formatLatency)).toEqual(['0.4 ms', '10 ms', '240 ms', '1.2 s']);
});

test('never rounds a share up to a whole', () => {
  expect([1, 0.99999, 0.5, 0].map(formatShare)).toEqual(['100 %', '99.99 %', '50.00 %', '0 %']);
});

test('a port stands apart from an IPv6 address', () => {
  expect([formatSocket('10.0.0.5', 22), formatSocket('2001:db8::5', 22)]).toEqual([
    '10.0.0.5:22',
    '[2001:db8::5]:22',
  ]);
});
