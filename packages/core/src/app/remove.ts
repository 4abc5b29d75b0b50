import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { invalidInput, parseInput } from '../input.ts';
import { findRouteTo } from '../load-balancer/neighbours.ts';
import { accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { removeAppInput } from './schemas.ts';
import { appStatus } from './status.ts';

/** Take an app off every server, its database with it. The app's name is typed to say so. */
export const removeApp: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'app.remove');
  const { appId, confirm, idempotencyKey } = parseInput(removeAppInput, input);
  const request = { kind: 'app.remove' as const, idempotencyKey, input: { appId } };
  const seen = found(
    await tenant(ctx, actor).app.findUnique({ where: { id: appId }, select: { name: true } }),
    'app',
  );
  if (confirm !== seen.name) {
    throw invalidInput([{ path: 'confirm', message: `Type the app's name, ${seen.name}.` }]);
  }
  return accept(ctx, actor, request, async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(await tx.app.findUnique({ where: { id: appId } }), 'app');
    const active = await findActive(tx, { appId, kinds: ['app.remove'] });
    if (active !== null) return { same: active.id };
    const route = await findRouteTo(tx, app);
    if (route !== null) {
      throw new AppError('conflict', `${route.name} leads requests below ${route.prefix} to this app.`, {
        hint: `Take that route away first, on the HTTP tab of ${route.name}.`,
      });
    }
    await tx.app.update({
      where: { id: appId },
      data: { removing: true, status: appStatus.transition(app.status, 'removing') },
    });
    const { generation } = await tx.loadBalancer.update({
      where: { appId },
      data: { generation: { increment: 1 } },
    });
    await announce(tx, actor.organizationId, 'app', appId);
    const subject = { type: 'app' as const, id: appId, name: app.name };
    return { start: { ...request, title: `Remove ${app.name}`, subject, appId, generation } };
  });
};
