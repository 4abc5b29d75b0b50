import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { removeCertificateInput } from './schemas.ts';

/** Forgets a certificate and its key. One that the front shows, or is about to show, stays. */
export const removeCertificate: UseCase<unknown, void> = async (ctx, actor, input) => {
  authorize(actor, 'certificate.remove');
  const { appId, certificateId } = parseInput(removeCertificateInput, input);
  await tenant(ctx, actor).$transaction(async (tx) => {
    await lockApp(tx, actor, appId);
    const where = { id: certificateId, appId };
    const row = found(
      await tx.certificate.findUnique({ where, include: { app: true, loadBalancers: true } }),
      'certificate',
    );
    if (row.loadBalancers.length > 0) {
      throw new AppError('conflict', 'The front of this app shows this certificate.', {
        hint: 'Choose another one, or switch TLS off, then remove it.',
      });
    }
    await tx.certificate.delete({ where });
    await recordAudit(
      tx,
      actor,
      'certificate.remove',
      { type: 'app', id: appId, name: row.app.name },
      { details: { names: row.names, fingerprint: row.fingerprint } },
    );
    await announce(tx, actor.organizationId, 'app', appId);
  });
};
