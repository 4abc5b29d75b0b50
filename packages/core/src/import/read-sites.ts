import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockApp } from '../tenant.ts';
import { readSitesInput } from './schemas.ts';

/** Reads anew what the Nginx of an app's balancer loads beside Fairlead's own files. Changes nothing there. */
export const readSites: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'import.read');
  const { appId, idempotencyKey } = parseInput(readSitesInput, input);
  const request = { kind: 'import.read' as const, idempotencyKey, input: { appId } };
  return accept(ctx, actor, request, async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(
      await tx.app.findUnique({
        where: { id: appId },
        include: { loadBalancer: { include: { balancerServer: true } } },
      }),
      'app',
    );
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    const { balancerServer } = found(app.loadBalancer, 'load balancer');
    if (balancerServer.preparedAt === null) {
      throw new AppError('conflict', `${balancerServer.name} is not prepared yet.`, {
        hint: 'Deploy the app first; its server is prepared then.',
      });
    }
    const active = await findActive(tx, { appId, kinds: ['import.read'] });
    if (active !== null) return { same: active.id };
    const title = `Read the Nginx config of ${balancerServer.name}`;
    const subject = { type: 'app' as const, id: appId, name: app.name };
    return { start: { ...request, title, subject, appId } };
  });
};
