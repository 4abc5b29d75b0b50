import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addFigures, errorPercent, noFigures, type SideFigures, timeOf } from './figures.ts';
import { afterLook } from './look.ts';
import { canarySchema } from './schemas.ts';
import type { CanaryState } from './settings.ts';
import { judgeCanary } from './verdict.ts';

const rule = { minRequests: 100, longestSeconds: 600, maxExtraErrorPercent: 1, maxSlowerPercent: 50 };
/** All answers of a side in one bucket: about that many milliseconds. */
const side = (requests: number, errors = 0, milliseconds = 20): SideFigures => ({
  requests,
  errors,
  times: { [Math.floor(Math.log2(milliseconds) * 8)]: requests - errors },
});
const judge = (canary: SideFigures, stable: SideFigures, elapsed = 60) =>
  judgeCanary(rule, { canary, stable }, elapsed);

it('waits until enough was seen on both sides, and aborts where it never is', () => {
  expect(judge(noFigures, noFigures)).toEqual({
    verdict: 'wait',
    reason: 'Not enough requests yet: 0 of 100 on the canary, 0 of 100 on the others.',
  });
  expect(judge(side(99), side(1_000)).verdict).toBe('wait');
  expect(judge(side(1_000), side(99)).verdict).toBe('wait');
  expect(judge(side(99), side(1_000), 600)).toEqual({
    verdict: 'abort',
    reason: 'Its time is over. Not enough requests yet: 99 of 100 on the canary.',
  });
  expect(judge(side(100), side(100)).verdict).toBe('promote');
});

it('aborts for more errors than the others have, as soon as good answers alone could not mend it', () => {
  expect(judge(side(100, 1), side(100)).verdict).toBe('promote');
  expect(judge(side(100, 2), side(100)).verdict).toBe('abort');
  // Of a hundred two are too many, however well the other ninety go.
  expect(judge(side(10, 2), side(100))).toEqual({
    verdict: 'abort',
    reason: '2 of 10 requests to the canary failed (20 %), 0 % of the others; 1 % more are allowed.',
  });
  expect(judge(side(10, 1), side(100)).verdict).toBe('wait');
  // The others fail as much: it is not the release.
  expect(judge(side(100, 10), side(100, 10)).verdict).toBe('promote');
  // Nobody knows yet what is usual.
  expect(judge(side(10, 9), noFigures).verdict).toBe('wait');
});

it('aborts for answers that begin later, but not for what is within the noise of quick ones', () => {
  expect(judge(side(100, 0, 35), side(100, 0, 20)).verdict).toBe('abort');
  expect(judge(side(100, 0, 25), side(100, 0, 20)).verdict).toBe('promote');
  expect(judge(side(100, 0, 4), side(100, 0, 1)).verdict).toBe('promote');
});

it('never promotes what has not been seen, nor what fails more than is allowed', () => {
  const sides = fc.record({
    requests: fc.nat(500),
    failing: fc.double({ min: 0, max: 1, noNaN: true }),
    ms: fc.nat(2_000),
  });
  const figures = ({ requests, failing, ms }: { requests: number; failing: number; ms: number }) =>
    side(requests, Math.floor(requests * failing), ms + 1);
  fc.assert(
    fc.property(sides, sides, fc.nat(1_000), (one, other, elapsed) => {
      const [canary, stable] = [figures(one), figures(other)];
      const { verdict, reason } = judge(canary, stable, elapsed);
      expect(reason).not.toBe('');
      if (verdict !== 'promote') return;
      expect(Math.min(canary.requests, stable.requests)).toBeGreaterThanOrEqual(rule.minRequests);
      expect(errorPercent(canary) ?? 100).toBeLessThanOrEqual((errorPercent(stable) ?? 0) + 1);
    }),
  );
});

it('times are read from buckets as exactly as those are, and add up', () => {
  const times = fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 200 });
  const of = (list: number[]) => list.map((ms) => side(1, 0, ms)).reduce(addFigures, noFigures);
  fc.assert(
    fc.property(times, times, (some, others) => {
      const sorted = [...some, ...others].sort((a, b) => a - b);
      const exact = sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
      const read = timeOf(addFigures(of(some), of(others)), 0.95) ?? 0;
      expect(Math.abs(Math.log2(read / exact))).toBeLessThanOrEqual(1 / 8 + 1e-9);
    }),
  );
  expect(timeOf(noFigures, 0.5)).toBeNull();
});

const begun: CanaryState = {
  startedAt: '2026-01-01T00:00:00.000Z',
  sinceMs: null,
  cursor: null,
  readAt: null,
  skippedBytes: 0,
  canary: noFigures,
  stable: noFigures,
  verdict: 'wait',
  reason: '',
  paused: null,
  endedAt: null,
  ended: null,
};

it('counts from the first look on, by the balancer’s clock, and says what only a person decides', () => {
  const now = new Date('2026-01-01T00:00:10Z');
  const look = {
    nowMs: 1_000,
    cursor: { inode: 1, offset: 5 },
    skippedBytes: 0,
    sides: { canary: side(30), stable: side(30) },
  };
  const byHand = canarySchema.parse({ rule: null });
  const first = afterLook(begun, byHand, look, now);
  expect(first).toMatchObject({
    canary: noFigures,
    sinceMs: 1_000,
    cursor: look.cursor,
    readAt: now.toISOString(),
  });
  expect(first.reason).toBe('Not enough requests yet: 0 of 20 on the canary, 0 of 20 on the others.');
  const second = afterLook(first, byHand, { ...look, nowMs: 2_000 }, now);
  expect([second.canary.requests, second.sinceMs, second.verdict]).toEqual([30, 1_000, 'wait']);
  expect(second.reason).toBe('It is promoted or aborted by hand.');
  const third = afterLook(second, canarySchema.parse({ rule: { minRequests: 50 } }), look, now);
  expect(third.verdict).toBe('promote');
});
