import type { OperationContext } from '../context.ts';
import { fairlead } from '../fairlead.ts';
import { isActive } from '../operation/active.ts';
import { enqueue, startOperation } from '../operation/start.ts';
import { lockApp, tenant } from '../tenant.ts';
import { decideEnd } from './end.ts';
import type { RunningCanary } from './look.ts';
import type { CanaryEnd } from './schemas.ts';
import { canaryStateOf } from './settings.ts';

/**
 * What a canary's rule asks for, as an operation in the name of Fairlead. While anything else is done to the app there is none, but for deployments that wait for the
 * canary's end.
 * @returns the operation's id, or null
 */
export async function endCanaryByRule(
  ctx: OperationContext,
  { appId, deploymentId, organizationId }: Pick<RunningCanary, 'appId' | 'deploymentId' | 'organizationId'>,
  how: CanaryEnd,
  reason: string,
): Promise<string | null> {
  const requester = fairlead(organizationId);
  const operationId = await tenant(ctx, requester).$transaction(async (tx) => {
    await lockApp(tx, requester, appId);
    const isBusy = await tx.operation.count({
      where: { appId, ...isActive },
    });
    const deployment = await tx.deployment.findUnique({ where: { id: deploymentId } });
    if (isBusy > 0 || deployment?.status !== 'canary' || canaryStateOf(deployment)?.paused !== null)
      return null;
    const why = `By its rule. ${reason}`;
    const decided = await decideEnd(tx, requester, { appId, deploymentId, how, why, now: ctx.clock() });
    return 'same' in decided ? null : startOperation(tx, requester, decided.start);
  });
  if (operationId !== null) await enqueue(ctx, operationId);
  return operationId;
}
