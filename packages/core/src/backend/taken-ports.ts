import type { Transaction } from '../events.ts';
import type { Fleet } from '../fleet.ts';
import { streamsOf } from '../load-balancer/streams-of.ts';
import { redisPort } from '../redis/settings.ts';
import { tlsPorts } from './ways.ts';

/** A port that a backend can't have, and whose it is. */
export interface TakenPort {
  port: number;
  by: string;
}

/** Held until the transaction ends: ports of an organization are given away one after another. */
export async function lockPorts(tx: Transaction, organizationId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`apps:${organizationId}`}, 0))`;
}

/**
 * Ports that are not free for a backend of this fleet on its server: those of other apps, on whatever server, since each may come here; those that other
 * backends of this server have of their own; those of TCP streams that come or lead here; and where SSH is reached.
 */
export async function takenPorts(
  tx: Transaction,
  { app, loadBalancer, servers }: Fleet,
  serverId: string,
): Promise<TakenPort[]> {
  const others = await tx.app.findMany({
    where: { id: { not: app.id } },
    select: {
      name: true,
      slot: true,
      port: true,
      primaryServerId: true,
      redis: { select: { appId: true } },
      backends: { where: { serverId }, select: { port: true, openPorts: true } },
      loadBalancer: { select: { balancerServerId: true, streams: true, backendTls: true, backendWay: true } },
    },
  });
  const server = servers.find(({ id }) => id === serverId);
  return [
    ...(server === undefined ? [] : [{ port: server.port, by: `SSH on ${server.name}` }]),
    ...streamPorts(app.name, loadBalancer, serverId, true),
    ...redisPorts({ ...app, redis: app.redis ?? null }, serverId),
    ...others.flatMap(({ name, slot, port, backends, loadBalancer, ...other }) => [
      { port, by: name },
      ...redisPorts({ ...other, name, slot }, serverId),
      ...tlsPorts({ slot }, loadBalancer).map((own) => ({ port: own, by: `${name} by TLS` })),
      ...(loadBalancer === null ? [] : streamPorts(name, loadBalancer, serverId, backends.length > 0)),
      ...backends.flatMap((backend) =>
        [...(backend.port === null ? [] : [backend.port]), ...backend.openPorts].map((own) => ({
          port: own,
          by: `${name} on ${server?.name ?? 'this server'}`,
        })),
      ),
    ]),
  ];
}

/** Where an app's streams come in on its balancer, and where they lead to on a backend. */
function streamPorts(
  name: string,
  loadBalancer: { balancerServerId: string; streams: unknown },
  serverId: string,
  isBackend: boolean,
): TakenPort[] {
  return streamsOf(loadBalancer).flatMap(({ name: stream, listenPort, backendPort }) => {
    const by = `the stream ${stream} of ${name}`;
    return [
      ...(loadBalancer.balancerServerId === serverId ? [{ port: listenPort, by }] : []),
      ...(isBackend ? [{ port: backendPort, by }] : []),
    ];
  });
}

function redisPorts(
  app: { name: string; slot: number; primaryServerId: string; redis: object | null },
  serverId: string,
): TakenPort[] {
  const isHere = app.redis !== null && app.primaryServerId === serverId;
  return isHere ? [{ port: redisPort(app), by: `the Redis of ${app.name}` }] : [];
}
