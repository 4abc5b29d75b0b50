import type { Transaction } from '../events.ts';
import type { Fleet } from '../fleet.ts';

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
 * backends of this server have of their own; and where SSH is reached.
 */
export async function takenPorts(
  tx: Transaction,
  { app, servers }: Fleet,
  serverId: string,
): Promise<TakenPort[]> {
  const others = await tx.app.findMany({
    where: { id: { not: app.id } },
    select: {
      name: true,
      port: true,
      backends: { where: { serverId }, select: { port: true, openPorts: true } },
    },
  });
  const server = servers.find(({ id }) => id === serverId);
  return [
    ...(server === undefined ? [] : [{ port: server.port, by: `SSH on ${server.name}` }]),
    ...others.flatMap(({ name, port, backends }) => [
      { port, by: name },
      ...backends.flatMap((backend) =>
        [...(backend.port === null ? [] : [backend.port]), ...backend.openPorts].map((own) => ({
          port: own,
          by: `${name} on ${server?.name ?? 'this server'}`,
        })),
      ),
    ]),
  ];
}
