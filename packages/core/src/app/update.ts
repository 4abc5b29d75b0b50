import type { App } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { Actor, UseCase } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { invalidInput, parseInput } from '../input.ts';
import { nextLoadBalancerStatus } from '../load-balancer/next-status.ts';
import { enqueue, startOperation } from '../operation/start.ts';
import { checkTransport } from '../repository/inspect.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { checkNameless, claimDomains } from './domains.ts';
import { misfits } from './misfits.ts';
import { updateAppInput } from './schemas.ts';
import { type AppView, viewApp } from './view.ts';

/**
 * Change an app. Commands, branch and repository count from the next deployment on; other domains change the front of an app that serves, by an operation
 * that the answer names as `activeOperation`.
 */
export const updateApp: UseCase<unknown, AppView> = async (ctx, actor, input) => {
  authorize(actor, 'app.update');
  const { appId, ...fields } = parseInput(updateAppInput, input);
  if (fields.repositoryUrl !== undefined) checkTransport(ctx, fields.repositoryUrl);
  const db = tenant(ctx, actor);
  const operationId = await db.$transaction(async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(await tx.app.findUnique({ where: { id: appId } }), 'app');
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    const after = { ...app, ...fields };
    const faults = misfits(after);
    if (faults.length > 0) throw invalidInput(faults);
    const balancer = found(await tx.loadBalancer.findUnique({ where: { appId } }), 'load balancer');
    if (fields.domains !== undefined) {
      await claimDomains(tx, fields.domains, appId);
      if (fields.domains.length === 0) await checkNameless(tx, balancer.balancerServerId, appId);
    }
    await tx.app.update({ where: { id: appId }, data: fields });
    await recordAudit(
      tx,
      actor,
      'app.update',
      { type: 'app', id: appId, name: after.name },
      { details: fields },
    );
    await announce(tx, actor.organizationId, 'app', appId);
    const frontChanges = fields.domains !== undefined && fields.domains.join() !== app.domains.join();
    return frontChanges && balancer.observedGeneration > 0 ? applyFront(tx, actor, after) : null;
  });
  if (operationId !== null) await enqueue(ctx, operationId);
  return viewApp(db, appId);
};

async function applyFront(tx: Transaction, actor: Actor, app: App): Promise<string> {
  const before = await tx.loadBalancer.findUniqueOrThrow({ where: { appId: app.id } });
  const { generation } = await tx.loadBalancer.update({
    where: { appId: app.id },
    data: { generation: { increment: 1 }, status: nextLoadBalancerStatus(before, 'load-balancer.change') },
  });
  return startOperation(tx, actor, {
    kind: 'load-balancer.change',
    title: `Serve ${app.name} on ${app.domains.join(', ') || 'the balancer’s address'}`,
    subject: { type: 'app', id: app.id, name: app.name },
    appId: app.id,
    generation,
    input: { appId: app.id, domains: app.domains },
  });
}
