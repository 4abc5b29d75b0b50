import type { LoadBalancer } from '@fairlead/db';
import type { StreamSettings } from '@fairlead/nginx';
import { hasProcess } from '../app/runtimes.ts';
import { type BackendPorts, listenPorts } from '../backend/ports.ts';
import { tlsPorts } from '../backend/ways.ts';
import { type DatabaseEngine, databasePorts } from '../desired-database.ts';
import { colourPort, frontPorts } from '../desired-nginx.ts';
import type { Transaction } from '../events.ts';
import type { Fleet } from '../fleet.ts';
import { redisPort } from '../redis/settings.ts';
import type { Intent } from './schemas.ts';
import { streamsOf } from './streams-of.ts';

/** Who has a port of a balancer's server, in words that follow "taken by". */
export interface PortClaim {
  port: number;
  owner: string;
  /** Another app's stream, which may share the port by names. */
  stream: StreamSettings | null;
}

/** Claims of other apps on the balancer's ports, for an intent that may add streams. */
export async function claimsFor(tx: Transaction, fleet: Fleet, intent: Intent): Promise<PortClaim[]> {
  const isAsked =
    intent.action === 'restore' ||
    (intent.action === 'change' && (intent.streams !== undefined || intent.tls !== undefined));
  if (intent.action !== 'move' && !isAsked) return [];
  const balancerServerId = intent.action === 'move' ? intent.serverId : fleet.loadBalancer.balancerServerId;
  const apps = await tx.app.findMany({
    where: {
      id: { not: fleet.app.id },
      organizationId: fleet.app.organizationId,
      OR: [
        { primaryServerId: balancerServerId },
        { loadBalancer: { balancerServerId } },
        { backends: { some: { serverId: balancerServerId } } },
      ],
    },
    include: {
      redis: true,
      loadBalancer: true,
      backends: { where: { serverId: balancerServerId }, select: { port: true, openPorts: true } },
    },
    orderBy: { name: 'asc' },
  });
  return apps.flatMap(({ loadBalancer, backends, ...app }) =>
    claimsOfApp(app, loadBalancer, balancerServerId, backends[0] ?? null),
  );
}

/** What the app itself has there beside its streams, SSH, and the HTTP fronts of all apps. */
export function ownClaims({ app, loadBalancer, backends, servers }: Fleet): PortClaim[] {
  const { balancerServerId } = loadBalancer;
  const balancer = servers.find(({ id }) => id === balancerServerId);
  const backend = backends.find(
    ({ serverId, desired }) => serverId === balancerServerId && desired !== 'removed',
  );
  return [
    ...[...new Set([22, balancer?.port ?? 22])].map((port) => claim(port, 'SSH')),
    ...frontPorts(loadBalancer).map((port) => claim(port, 'the HTTP fronts of this balancer')),
    ...servicesOf(app, loadBalancer, balancerServerId, backend ?? null),
  ];
}

function claimsOfApp(
  app: Fleet['app'],
  loadBalancer: LoadBalancer | null,
  serverId: string,
  backend: BackendPorts | null,
): PortClaim[] {
  const isBalancer = loadBalancer?.balancerServerId === serverId;
  return [
    ...(isBalancer
      ? frontPorts(loadBalancer).map((port) => claim(port, `the HTTP front of ${app.name}`))
      : []),
    ...(isBalancer && !app.removing
      ? streamsOf(loadBalancer).map((stream) =>
          claim(stream.listenPort, `the stream ${stream.name} of ${app.name}`, stream),
        )
      : []),
    ...servicesOf(app, loadBalancer, serverId, backend),
  ];
}

/** What of an app runs on the server itself, or is guarded there from everybody but its balancer. */
function servicesOf(
  app: Fleet['app'],
  loadBalancer: LoadBalancer | null,
  serverId: string,
  backend: BackendPorts | null,
): PortClaim[] {
  const isBackend = backend !== null;
  const engine = app.databaseEngine as DatabaseEngine | 'none';
  return [
    ...(app.primaryServerId === serverId && engine !== 'none'
      ? [claim(databasePorts[engine], `the database of ${app.name}`)]
      : []),
    ...(app.primaryServerId === serverId && app.redis != null
      ? [claim(redisPort(app), `the Redis of ${app.name}`)]
      : []),
    ...(isBackend
      ? listenPorts(app, backend).map((port) => claim(port, `the backend site of ${app.name}`))
      : []),
    ...(isBackend
      ? tlsPorts(app, loadBalancer).map((port) => claim(port, `the backend site of ${app.name}, by TLS,`))
      : []),
    ...(isBackend && hasProcess(app.runtime)
      ? (['blue', 'green'] as const).map((colour) =>
          claim(colourPort(app.slot, colour), `the process of ${app.name}`),
        )
      : []),
    ...(isBackend && loadBalancer !== null
      ? streamsOf(loadBalancer).map(({ name, backendPort }) =>
          claim(
            backendPort,
            `the service behind the stream ${name} of ${app.name}, which runs on this server too`,
          ),
        )
      : []),
  ];
}

function claim(port: number, owner: string, stream: StreamSettings | null = null): PortClaim {
  return { port, owner, stream };
}
