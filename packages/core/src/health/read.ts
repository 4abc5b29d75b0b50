import { authorize } from '../authorize.ts';
import type { HealthState } from '../backend/view.ts';
import type { UseCase } from '../context.ts';
import type { Transaction } from '../events.ts';
import { loadFleet } from '../fleet.ts';
import { parseInput } from '../input.ts';
import { isoOf, tenant } from '../tenant.ts';
import { type HealthBar, toBars } from './bars.ts';
import { readHealthInput } from './schemas.ts';

const barCount = 90;
const lastCount = 20;

export interface HealthView {
  appId: string;
  from: string;
  to: string;
  barMs: number;
  backends: BackendHealthView[];
}

export interface BackendHealthView {
  backendId: string;
  serverId: string;
  serverName: string;
  role: 'primary' | 'replica';
  desired: 'enabled' | 'disabled' | 'removed';
  health: HealthState;
  reason: string | null;
  latencyMs: number | null;
  status: number | null;
  checkedAt: string | null;
  changedAt: string | null;
  uptime: number | null;
  bars: HealthBar[];
  last: {
    at: string;
    healthy: boolean;
    status: number | null;
    latencyMs: number | null;
    reason: string | null;
  }[];
}

interface BarRow {
  bar: number;
  total: number;
  healthy: number;
  latencyMs: number | null;
  reason: string | null;
}

/** Per backend: how it is, 90 bars over the window, the newest checks. */
export const readHealth: UseCase<unknown, HealthView> = async (ctx, actor, input) => {
  authorize(actor, 'health.read');
  const { appId, hours } = parseInput(readHealthInput, input);
  const db = tenant(ctx, actor);
  const fleet = await loadFleet(db, appId);
  const barMs = (hours * 3_600_000) / barCount;
  const to = ctx.clock();
  const from = new Date(to.getTime() - hours * 3_600_000);
  const names = new Map(fleet.servers.map((server) => [server.id, server.name]));
  const backends = await Promise.all(
    fleet.backends.map(async (backend): Promise<BackendHealthView> => {
      const [rows, last] = await Promise.all([
        readBars(db, backend.id, from, to, barMs),
        db.healthCheck.findMany({
          where: { backendId: backend.id },
          orderBy: { at: 'desc' },
          take: lastCount,
        }),
      ]);
      const total = rows.reduce((sum, row) => sum + row.total, 0);
      const healthy = rows.reduce((sum, row) => sum + row.healthy, 0);
      return {
        backendId: backend.id,
        serverId: backend.serverId,
        serverName: names.get(backend.serverId) ?? '',
        role: backend.role as BackendHealthView['role'],
        desired: backend.desired as BackendHealthView['desired'],
        health: backend.health as HealthState,
        reason: backend.healthReason,
        latencyMs: backend.healthLatencyMs,
        status: backend.healthStatus,
        checkedAt: isoOf(backend.healthCheckedAt),
        changedAt: isoOf(backend.healthChangedAt),
        uptime: total === 0 ? null : healthy / total,
        bars: toBars(rows, from, barMs, barCount),
        last: last.map(({ at, healthy: good, status, latencyMs, reason }) => ({
          at: at.toISOString(),
          healthy: good,
          status,
          latencyMs,
          reason,
        })),
      };
    }),
  );
  return { appId, from: from.toISOString(), to: to.toISOString(), barMs, backends };
};

async function readBars(
  db: Transaction,
  backendId: string,
  from: Date,
  to: Date,
  barMs: number,
): Promise<BarRow[]> {
  return db.$queryRaw<BarRow[]>`
    SELECT floor(extract(epoch FROM at - ${from}::timestamp) * 1000 / ${barMs})::int AS bar,
           count(*)::int AS total,
           count(*) FILTER (WHERE healthy)::int AS healthy,
           avg("latencyMs") FILTER (WHERE healthy) AS "latencyMs",
           mode() WITHIN GROUP (ORDER BY reason) FILTER (WHERE NOT healthy) AS reason
    FROM health_check
    WHERE "backendId" = ${backendId} AND at >= ${from}::timestamp AND at < ${to}::timestamp
    GROUP BY 1`;
}
