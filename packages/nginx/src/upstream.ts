import { socketAddress } from './address.ts';
import type { Balancing } from './balancing.ts';
import { idleSeconds, keepalive } from './connections.ts';
import { frontUpstreamName } from './names.ts';
import type { FrontSpec, UpstreamServer } from './spec.ts';
import { block, type ConfigNode, directive } from './tree.ts';

/**
 * The pool of an app's backends. Servers that are down stay in it: `ip_hash` then sends no other client elsewhere.
 * @returns nothing for no servers, as Nginx takes no empty upstream.
 * @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html
 */
export function upstream({ app, servers }: FrontSpec, { beside, within }: Balancing): ConfigNode[] {
  if (servers.length === 0) return [];
  const name = frontUpstreamName(app);
  return [
    ...beside,
    block(
      'upstream',
      [name],
      directive('zone', name, zoneSize(servers.length)),
      ...within,
      ...servers.map(server),
      ...keepalive(idleConnections(servers.length), idleSeconds.frontToBackend),
    ),
  ];
}

/**
 * The shared zone holds every worker's view of the servers: at most 1 KB each on 1.22, 1.26 and 1.30. A power of two keeps its size while single backends
 * come and go.
 */
export function zoneSize(servers: number): string {
  return `${2 ** Math.ceil(Math.log2(64 + servers))}k`;
}

// 64 kept connections gave three times the requests of none (HOSTS.md). More backends need more: 64 over three of them still made new connections
// for 64 clients, 96 none. Each worker process keeps its own.
function idleConnections(servers: number): number {
  return Math.min(1024, Math.max(64, 32 * servers));
}

function server(server: UpstreamServer): ConfigNode {
  return directive('server', socketAddress(server.address, server.port), ...serverParameters(server));
}

/** Parameters of a `server` line, the same in `http` and in `stream`. */
export function serverParameters(server: Omit<UpstreamServer, 'address' | 'port'>): string[] {
  const { down, weight, maxFails, failTimeoutSeconds, maxConns, backup } = server;
  return [
    ...(weight === 1 ? [] : [`weight=${weight}`]),
    ...(maxConns === 0 ? [] : [`max_conns=${maxConns}`]),
    `max_fails=${maxFails}`,
    `fail_timeout=${failTimeoutSeconds}s`,
    ...(backup ? ['backup'] : []),
    ...(down ? ['down'] : []),
  ];
}
