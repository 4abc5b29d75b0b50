import { describe, expect, test } from 'vitest';
import { type Health, judge, type Look } from './verdict.ts';

const good: Look = { kind: 'answered', healthy: true, status: 200, latencyMs: 3, reason: null };
const bad: Look = { kind: 'answered', healthy: false, status: 500, latencyMs: 3, reason: 'It answered 500.' };
const unseen: Look = { kind: 'unseen', why: 'the SSH connection to lb broke off' };

function after(start: Health, looks: Look[], thresholds: { rise: number; fall: number }) {
  return looks.reduce<{ health: Health; streak: number; reason: string | null }>(
    (verdict, look) => judge(verdict, look, thresholds),
    { health: start, streak: 0, reason: null },
  );
}

describe('a backend', () => {
  test('is healthy after `rise` successes in a row, and not before', () => {
    const thresholds = { rise: 3, fall: 1 };
    expect(after('unhealthy', [good, good], thresholds).health).toBe('unhealthy');
    expect(after('unhealthy', [good, good, bad, good, good], thresholds).health).toBe('unhealthy');
    expect(after('unhealthy', [good, good, good], thresholds)).toEqual({
      health: 'healthy',
      streak: 3,
      reason: null,
    });
  });

  test('is unhealthy after `fall` failures in a row, but the first one is told', () => {
    const thresholds = { rise: 1, fall: 2 };
    expect(after('healthy', [bad], thresholds)).toEqual({
      health: 'healthy',
      streak: -1,
      reason: 'It answered 500.',
    });
    expect(after('healthy', [bad, good, bad], thresholds).health).toBe('healthy');
    expect(after('healthy', [bad, bad], thresholds).health).toBe('unhealthy');
  });

  test('that Fairlead can not see is unknown at once, never green or red', () => {
    for (const start of ['healthy', 'unhealthy', 'deploying'] as const) {
      const verdict = after(start, [unseen], { rise: 1, fall: 1 });
      expect(verdict.health).toBe('unknown');
      expect(verdict.reason).toBe("Fairlead can't see it: the SSH connection to lb broke off");
    }
  });

  test('that was unknown needs the full number of looks again', () => {
    const thresholds = { rise: 2, fall: 2 };
    expect(after('healthy', [good, unseen, good], thresholds).health).toBe('unknown');
    expect(after('healthy', [good, unseen, good, good], thresholds).health).toBe('healthy');
    expect(after('unhealthy', [bad, unseen, bad], thresholds).health).toBe('unknown');
  });

  test('that is being deployed stays so until its first release answers', () => {
    expect(after('deploying', [bad], { rise: 1, fall: 2 }).health).toBe('deploying');
    expect(after('deploying', [good], { rise: 1, fall: 2 }).health).toBe('healthy');
  });
});
