import { parseSocketAddress, socketAddress } from './address.ts';
import type { Balancing } from './balancing.ts';
import { idleSeconds, keepalive } from './connections.ts';
import type { FrontSpec } from './front-spec.ts';
import { canaryUpstreamName, frontUpstreamName, grpcUpstreamName } from './names.ts';
import { allowsBackup, type Port, type UpstreamServer } from './spec.ts';
import { block, type ConfigNode, comment, directive } from './tree.ts';

/** While somebody comes back all weights are so many times what they are, so that each part of a weight is a whole number. */
const SLOW_START_SCALE = 20;
const SLOW_START_REMARK = /^Slow start: ([0-9]{1,2}) % of its weight\.$/;

/**
 * The pool of an app's backends. Servers that are down stay in it: `ip_hash` then sends no other client elsewhere.
 * @returns nothing for no servers, as Nginx takes no empty upstream.
 * @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html
 */
export function upstream(spec: FrontSpec, { beside, within }: Balancing): ConfigNode[] {
  const { app, servers, http, backendTls } = spec;
  if (servers.length === 0) return [];
  const pool = (name: string, port: Port | undefined, ...more: ConfigNode[]) =>
    block(
      'upstream',
      [name],
      directive('zone', name, zoneSize(servers.length)),
      ...within,
      ...servers.flatMap((each) => server({ ...each, port: port ?? each.port }, servers)),
      ...more,
    );
  return [
    ...beside,
    pool(
      frontUpstreamName(app),
      undefined,
      ...keepalive(idleConnections(servers.length), idleSeconds.frontToBackend),
    ),
    ...(http.grpc.length === 0 ? [] : [pool(grpcUpstreamName(app), backendTls?.grpcPort)]),
    ...canaryUpstream(spec, within),
  ];
}

/**
 * The pool of the backends that have a canary. Where Nginx takes a backup the others stand by: a canary whose server does not answer at all costs no visitor
 * an answer. One backend needs no method to be chosen by.
 */
function canaryUpstream(
  { app, servers, method, canary }: FrontSpec,
  within: readonly ConfigNode[],
): ConfigNode[] {
  if (canary === undefined) return [];
  const isOne = canary.servers.length === 1;
  const others = servers.flatMap(({ slowStartPercent: _, ...rest }) => (rest.down ? [] : [rest]));
  const mayStandBy = isOne || allowsBackup(method);
  const name = canaryUpstreamName(app);
  return [
    block(
      'upstream',
      [name],
      directive('zone', name, zoneSize(canary.servers.length + servers.length)),
      ...(isOne ? [] : within),
      ...canary.servers.flatMap((each) => server(each, canary.servers)),
      ...(mayStandBy
        ? others.map((each) =>
            directive(
              'server',
              socketAddress(each.address, each.port),
              ...serverParameters({ ...each, backup: true, drain: false }),
            ),
          )
        : []),
      ...keepalive(idleConnections(canary.servers.length), idleSeconds.frontToBackend),
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

function server(server: UpstreamServer, all: readonly UpstreamServer[]): ConfigNode[] {
  const { address, port, slowStartPercent } = server;
  const scale = isClimbing(all) ? SLOW_START_SCALE : 1;
  const weight = (server.weight * scale * slowStartPercent) / 100;
  return [
    ...(slowStartPercent === 100 ? [] : [comment(`Slow start: ${slowStartPercent} % of its weight.`)]),
    directive('server', socketAddress(address, port), ...serverParameters({ ...server, weight })),
  ];
}

/** Parameters of a `server` line, the same in `http` and in `stream`. */
export function serverParameters(
  server: Omit<UpstreamServer, 'address' | 'port' | 'slowStartPercent'>,
): string[] {
  const { down, weight, maxFails, failTimeoutSeconds, maxConns, backup, drain } = server;
  return [
    ...(weight === 1 ? [] : [`weight=${weight}`]),
    ...(maxConns === 0 ? [] : [`max_conns=${maxConns}`]),
    `max_fails=${maxFails}`,
    `fail_timeout=${failTimeoutSeconds}s`,
    ...(backup ? ['backup'] : []),
    ...(drain ? ['drain'] : []),
    ...(down ? ['down'] : []),
  ];
}

function isClimbing(servers: readonly { slowStartPercent: number }[]): boolean {
  return servers.some(({ slowStartPercent }) => slowStartPercent !== 100);
}

/** The servers that an upstream names, with the weights that they have without a slow start. */
export function readServers(pool: readonly ConfigNode[]): Record<string, unknown>[] {
  const lines = pool.flatMap((node, index) => {
    if (node.kind !== 'directive' || node.name !== 'server') return [];
    const before = pool[index - 1];
    const percent = before?.kind === 'comment' ? SLOW_START_REMARK.exec(before.text)?.[1] : undefined;
    return [{ ...readServer(node.args), slowStartPercent: Number(percent ?? 100) }];
  });
  if (!isClimbing(lines)) return lines;
  return lines.map((line) => ({
    ...line,
    weight: ((line.weight ?? 1) * 100) / (SLOW_START_SCALE * line.slowStartPercent),
  }));
}

/** A `server` line of an upstream. */
export function readServer([name, ...options]: readonly string[]) {
  const value = (option: string): number | undefined => {
    const text = options.find((candidate) => candidate.startsWith(`${option}=`));
    return text === undefined ? undefined : Number(text.slice(option.length + 1).replace(/s$/, ''));
  };
  return {
    ...parseSocketAddress(name ?? ''),
    down: options.includes('down'),
    weight: value('weight'),
    maxFails: value('max_fails'),
    failTimeoutSeconds: value('fail_timeout'),
    maxConns: value('max_conns'),
    backup: options.includes('backup'),
    drain: options.includes('drain'),
  };
}
