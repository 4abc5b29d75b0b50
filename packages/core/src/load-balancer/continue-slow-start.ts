import type { OperationContext } from '../context.ts';
import { fairlead } from '../fairlead.ts';
import { loadFleet } from '../fleet.ts';
import { isActive } from '../operation/active.ts';
import { enqueue, startOperation } from '../operation/start.ts';
import { lockApp, tenant } from '../tenant.ts';
import { nextLoadBalancerStatus } from './next-status.ts';
import { isStepDue, slowStartPercentAt } from './slow-start.ts';

/** How long a step that failed is left alone. */
const retryAfterMs = 60_000;

/** Apps of which a backend should be given another part of its weight now. */
export async function findDueSlowStarts({
  prisma,
  clock,
}: OperationContext): Promise<{ appId: string; organizationId: string }[]> {
  const rows = await prisma.backend.findMany({
    where: { slowStartedAt: { not: null } },
    select: {
      slowStartedAt: true,
      slowStartPercent: true,
      app: {
        select: {
          id: true,
          organizationId: true,
          removing: true,
          loadBalancer: { select: { slowStartSeconds: true } },
        },
      },
    },
  });
  const due = rows.filter(
    ({ app, ...row }) => !app.removing && isStepDue(row, app.loadBalancer?.slowStartSeconds ?? 0, clock()),
  );
  const apps = new Map(due.map(({ app: { id, organizationId } }) => [id, organizationId]));
  return [...apps].map(([appId, organizationId]) => ({ appId, organizationId }));
}

/**
 * The next step of an app's backends that come back: an operation in the name of Fairlead, which applies what their start times ask for by then. While
 * anything else is done to the app there is none: every change of the front takes the steps that are due with it.
 * @returns the operation's id, or null
 */
export async function continueSlowStart(
  ctx: OperationContext,
  { appId, organizationId }: { appId: string; organizationId: string },
): Promise<string | null> {
  const requester = fairlead(organizationId);
  const kind = 'load-balancer.slow-start';
  const operationId = await tenant(ctx, requester).$transaction(async (tx) => {
    await lockApp(tx, requester, appId);
    const now = ctx.clock();
    const isBusy = await tx.operation.count({
      where: {
        appId,
        OR: [
          isActive,
          { kind, status: 'failed', finishedAt: { gt: new Date(now.getTime() - retryAfterMs) } },
        ],
      },
    });
    if (isBusy > 0) return null;
    const { app, loadBalancer, backends, servers } = await loadFleet(tx, appId);
    const { slowStartSeconds } = loadBalancer;
    const due = backends.filter((backend) => isStepDue(backend, slowStartSeconds, now));
    if (due.length === 0) return null;
    const steps = due.map(({ serverId, slowStartedAt }) => {
      const percent =
        slowStartedAt === null || slowStartSeconds === 0
          ? 100
          : slowStartPercentAt(slowStartedAt, slowStartSeconds, now);
      return `${servers.find(({ id }) => id === serverId)?.name ?? 'a server'} ${percent} %`;
    });
    const generation = loadBalancer.generation + 1;
    await tx.loadBalancer.update({
      where: { id: loadBalancer.id },
      data: { generation, status: nextLoadBalancerStatus(loadBalancer, kind) },
    });
    return startOperation(tx, requester, {
      kind,
      title: `Give ${steps.join(', ')} of ${due.length === 1 ? 'its' : 'their'} weight in ${app.name}`,
      subject: { type: 'app', id: appId, name: app.name },
      appId,
      generation,
      input: { appId },
    });
  });
  if (operationId !== null) await enqueue(ctx, operationId);
  return operationId;
}
