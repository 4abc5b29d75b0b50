import type { Server } from '@fairlead/db';
import type { OperationContext } from '../context.ts';
import { fairlead } from '../fairlead.ts';
import { loadFleet } from '../fleet.ts';
import { nextLoadBalancerStatus } from '../load-balancer/next-status.ts';
import { isActive } from '../operation/active.ts';
import { enqueue, startOperation } from '../operation/start.ts';
import { lockApp, tenant } from '../tenant.ts';

/** How long a backend that could not be brought to the release is left alone. */
const retryAfterMs = 60_000;

/** A backend that has not got the release that the others serve. */
export interface Behind {
  backendId: string;
  appId: string;
  slug: string;
  organizationId: string;
  server: Server;
}

/** Enabled backends that were away when the release that is served came, and nothing is being done to their apps. */
export async function findBehind({ prisma }: OperationContext): Promise<Behind[]> {
  const rows = await prisma.backend.findMany({
    where: {
      heldBack: 'behind',
      desired: 'enabled',
      app: {
        removing: false,
        loadBalancer: { enabled: true },
        operations: { none: isActive },
      },
    },
    include: { server: true, app: { select: { slug: true, organizationId: true } } },
  });
  return rows.map(({ id, appId, app, server }) => ({ backendId: id, appId, ...app, server }));
}

/**
 * Brings a backend to the release that the primary serves, and back into the balancing: an operation in the name of Fairlead.
 * @returns the operation's id; null while anything else is done to the app, or the last attempt failed just now
 */
export async function catchUp(
  ctx: OperationContext,
  { appId, backendId, organizationId }: Pick<Behind, 'appId' | 'backendId' | 'organizationId'>,
): Promise<string | null> {
  const requester = fairlead(organizationId);
  const kind = 'backend.catch-up';
  const operationId = await tenant(ctx, requester).$transaction(async (tx) => {
    await lockApp(tx, requester, appId);
    const recently = new Date(ctx.clock().getTime() - retryAfterMs);
    const isBusy = await tx.operation.count({
      where: {
        appId,
        OR: [isActive, { kind, backendId, status: 'failed', finishedAt: { gt: recently } }],
      },
    });
    if (isBusy > 0) return null;
    const { app, loadBalancer, backends, servers } = await loadFleet(tx, appId);
    const backend = backends.find(({ id }) => id === backendId);
    if (backend?.heldBack !== 'behind' || backend.desired !== 'enabled') return null;
    const generation = loadBalancer.generation + 1;
    await tx.loadBalancer.update({
      where: { id: loadBalancer.id },
      data: { generation, status: nextLoadBalancerStatus(loadBalancer, kind) },
    });
    const server = servers.find(({ id }) => id === backend.serverId)?.name ?? 'a server';
    return startOperation(tx, requester, {
      kind,
      title: `Bring ${server} to the release that ${app.name} serves`,
      subject: { type: 'app', id: appId, name: app.name },
      appId,
      backendId,
      generation,
      input: { appId, backendId },
    });
  });
  if (operationId !== null) await enqueue(ctx, operationId);
  return operationId;
}
