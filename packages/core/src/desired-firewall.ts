import { doorsOf } from './backend/ways.ts';
import { databasePorts } from './desired-database.ts';
import type { DesiredApp, DesiredBackend, DesiredLoadBalancer } from './desired-input.ts';
import { balancerServerIds } from './desired-network.ts';
import type { DesiredDatabase, DesiredRedis } from './desired-primary.ts';

export interface DesiredFirewall {
  serverId: string;
  /** Complete for this app on this server; `[]` takes every rule away. */
  rules: { purpose: 'backend' | 'database' | 'redis' | 'stream'; port: number; sources: string[] }[];
}

/**
 * Who is let in where, on every server that takes part.
 * @param all backends of the app: a server that holds none any more is said to have no rule
 * @param kept those of them that have rules
 * @param sidePorts ports that balancers lead to beside sites
 */
export function desiredFirewall(
  app: DesiredApp,
  loadBalancer: DesiredLoadBalancer,
  all: readonly DesiredBackend[],
  kept: readonly DesiredBackend[],
  balancerAddresses: string[],
  [database, redis]: [DesiredDatabase | null, DesiredRedis | null],
  sidePorts: readonly number[],
): DesiredFirewall[] {
  const serverIds = [
    ...new Set([app.primaryServerId, ...balancerServerIds(loadBalancer), ...all.map((b) => b.serverId)]),
  ].sort();
  return serverIds.map((serverId) => {
    const rules: DesiredFirewall['rules'] = [];
    for (const backend of kept.filter((candidate) => candidate.serverId === serverId)) {
      for (const { port } of doorsOf(app, loadBalancer, backend))
        rules.push({ purpose: 'backend', port, sources: balancerAddresses });
      for (const port of sidePorts) rules.push({ purpose: 'stream', port, sources: balancerAddresses });
    }
    // Without sources the rule only guards the port: nobody from outside.
    if (database?.serverId === serverId) {
      rules.push({ purpose: 'database', port: databasePorts[database.engine], sources: database.addresses });
    }
    if (redis?.serverId === serverId) {
      rules.push({ purpose: 'redis', port: redis.port, sources: redis.addresses });
    }
    return { serverId, rules };
  });
}
