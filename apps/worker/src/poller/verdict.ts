/** What a backend's health is called (`Backend.health`). */
export type Health = 'unknown' | 'healthy' | 'unhealthy' | 'deploying';

/** One look at a backend from its balancer. `unseen`: Fairlead itself could not look, which says nothing about the backend. */
export type Look =
  | {
      kind: 'answered';
      healthy: boolean;
      status: number | null;
      latencyMs: number | null;
      reason: string | null;
    }
  | { kind: 'unseen'; why: string };

/** What looks so far say. `streak` above 0: successes in a row; below: failures. */
export interface Verdict {
  health: Health;
  streak: number;
  reason: string | null;
}

/** Successes and failures in a row that it takes to change one's mind. */
export interface Thresholds {
  rise: number;
  fall: number;
}

/** The reason shown while nothing can be said. */
export function cannotSee(why: string): string {
  return `Fairlead can't see it: ${why}`;
}

/**
 * The next verdict after one more look. Never green or red for a look that did not reach the backend; never green again before `rise` successes, never red
 * before `fall` failures, but a failure is told from the first on.
 */
export function judge(
  before: Pick<Verdict, 'health' | 'streak'>,
  look: Look,
  thresholds: Thresholds,
): Verdict {
  if (look.kind === 'unseen') return { health: 'unknown', streak: 0, reason: cannotSee(look.why) };
  if (look.healthy) {
    const streak = Math.max(0, before.streak) + 1;
    const isUp = before.health === 'healthy' || streak >= thresholds.rise;
    if (isUp) return { health: 'healthy', streak, reason: null };
    return { health: before.health, streak, reason: `Answers again, ${streak} of ${thresholds.rise} times.` };
  }
  const streak = Math.min(0, before.streak) - 1;
  const isDown = before.health === 'unhealthy' || -streak >= thresholds.fall;
  return { health: isDown ? 'unhealthy' : before.health, streak, reason: look.reason };
}
