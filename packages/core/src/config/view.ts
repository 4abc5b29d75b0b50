import type { AppliedConfig, LoadBalancer } from '@fairlead/db';
import type { Transaction } from '../events.ts';

export interface ConfigSummaryView {
  generation: number;
  server: { id: string; name: string };
  sha256: string;
  /** What brought it, and who asked for that; null once that is no longer known. */
  operation: { id: string; title: string; actorName: string } | null;
  appliedAt: string;
  /** What the balancer serves now. */
  current: boolean;
}

/** Rows as they are shown; names of servers and operations are read in one query each. */

export async function viewConfigs(
  tx: Transaction,
  balancer: LoadBalancer,
  rows: readonly Omit<AppliedConfig, 'content' | 'streams'>[],
): Promise<ConfigSummaryView[]> {
  const [servers, operations] = await Promise.all([
    tx.server.findMany({
      where: { id: { in: [...new Set(rows.map((row) => row.serverId))] } },
      select: { id: true, name: true },
    }),
    tx.operation.findMany({
      where: { id: { in: rows.flatMap((row) => row.operationId ?? []) } },
      select: { id: true, title: true, actorName: true },
    }),
  ]);
  return rows.map((row) => ({
    generation: row.generation,
    server: servers.find((server) => server.id === row.serverId) ?? {
      id: row.serverId,
      name: 'a removed server',
    },
    sha256: row.sha256,
    operation: operations.find((operation) => operation.id === row.operationId) ?? null,
    appliedAt: row.appliedAt.toISOString(),
    current: row.generation === balancer.observedGeneration,
  }));
}
