import { isWaySettled, servedWay } from '../backend/ways.ts';
import type { Transaction } from '../events.ts';
import type { Fleet } from '../fleet.ts';
import { httpOf } from './http-of.ts';

/** Another app whose front is on the same balancer: requests can be led to its backends. */
export interface Neighbour {
  slug: string;
  name: string;
}

/** Apps that serve, or have served, wherever this one does, and whose backends are asked without TLS, as routes ask; of the organization alone, as `tx` sees no other. */
export async function neighboursOf(tx: Transaction, { app, loadBalancer }: Fleet): Promise<Neighbour[]> {
  const apps = await tx.app.findMany({
    where: {
      id: { not: app.id },
      organizationId: app.organizationId,
      removing: false,
      status: { not: 'new' },
      AND: [loadBalancer.balancerServerId, loadBalancer.successorServerId]
        .filter((id) => id !== null)
        .map((id) => ({ loadBalancer: { OR: [{ balancerServerId: id }, { successorServerId: id }] } })),
    },
    select: { slug: true, name: true, loadBalancer: { select: { backendTls: true, backendWay: true } } },
    orderBy: { name: 'asc' },
  });
  return apps
    .filter(({ loadBalancer: row }) => row !== null && isWaySettled(row) && servedWay(row) === 'plain')
    .map(({ slug, name }) => ({ slug, name }));
}

/** An app that leads requests to the one named `slug`, with the prefix; null for none. */
export async function findRouteTo(
  tx: Transaction,
  { slug, organizationId }: { slug: string; organizationId: string },
): Promise<{ name: string; prefix: string } | null> {
  const balancers = await tx.loadBalancer.findMany({
    where: { app: { organizationId, removing: false, slug: { not: slug } }, http: { not: {} } },
    select: { http: true, app: { select: { name: true } } },
  });
  for (const balancer of balancers) {
    const route = httpOf(balancer).routes.find(({ app }) => app === slug);
    if (route !== undefined) return { name: balancer.app.name, prefix: route.prefix };
  }
  return null;
}
