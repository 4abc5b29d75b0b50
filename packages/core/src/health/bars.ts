export interface HealthBar {
  at: string;
  total: number;
  healthy: number;
  state: 'healthy' | 'degraded' | 'unhealthy' | 'unknown';
  latencyMs: number | null;
  reason: string | null;
}

/** Every bar of the window, oldest first; one in which nothing was checked is `unknown`, never green. */
export function toBars(
  rows: readonly {
    bar: number;
    total: number;
    healthy: number;
    latencyMs: number | null;
    reason: string | null;
  }[],
  from: Date,
  barMs: number,
  count: number,
): HealthBar[] {
  const byBar = new Map(rows.map((row) => [row.bar, row]));
  return Array.from({ length: count }, (_, bar) => {
    const at = new Date(from.getTime() + bar * barMs).toISOString();
    const row = byBar.get(bar);
    if (row === undefined)
      return { at, total: 0, healthy: 0, state: 'unknown', latencyMs: null, reason: null };
    const state = row.healthy === row.total ? 'healthy' : row.healthy === 0 ? 'unhealthy' : 'degraded';
    return {
      at,
      total: row.total,
      healthy: row.healthy,
      state,
      latencyMs: row.latencyMs,
      reason: row.reason,
    };
  });
}
