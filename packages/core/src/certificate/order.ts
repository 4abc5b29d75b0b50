import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { tlsOf } from '../load-balancer/tls-of.ts';
import { accept, findActive, type OperationIntent } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockApp } from '../tenant.ts';
import { orderCertificateInput } from './schemas.ts';

/** Orders an app's certificate now, whenever it would be due. */
export const orderCertificate: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'certificate.order');
  const { appId, idempotencyKey } = parseInput(orderCertificateInput, input);
  const request = { kind: 'certificate.order' as const, idempotencyKey, input: { appId } };
  return accept(ctx, actor, request, async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(
      await tx.app.findUnique({ where: { id: appId }, include: { loadBalancer: true } }),
      'app',
    );
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    if (tlsOf(found(app.loadBalancer, 'load balancer')).mode !== 'acme') {
      throw new AppError('conflict', 'The certificate of this app does not renew itself.', {
        hint: 'Choose that in its TLS settings first.',
      });
    }
    const active = await findActive(tx, { appId, kinds: ['certificate.order'] });
    return active === null ? { start: orderOf(app) } : { same: active.id };
  });
};

/** The operation that orders a certificate for all names of an app. */
export function orderOf({ id, name }: { id: string; name: string }): OperationIntent {
  return {
    kind: 'certificate.order',
    title: `Order the certificate of ${name}`,
    subject: { type: 'app', id, name },
    appId: id,
    input: { appId: id },
  };
}
