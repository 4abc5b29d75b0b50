import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { inspectCertificate } from './inspect.ts';
import { uploadCertificateInput } from './schemas.ts';
import { storeCertificate } from './store.ts';
import { type CertificateView, viewCertificate } from './view.ts';

/** More would be a drawer nobody looks into. */
const mostCertificates = 20;

/** A certificate and its key of the app's owner, checked and kept; a change of the load balancer shows it to visitors. */
export const uploadCertificate: UseCase<unknown, CertificateView> = async (ctx, actor, input) => {
  authorize(actor, 'certificate.upload');
  const { appId, certificate, key } = parseInput(uploadCertificateInput, input);
  const { organizationId } = actor;
  const now = ctx.clock();
  return tenant(ctx, actor).$transaction(async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(
      await tx.app.findUnique({
        where: { id: appId },
        include: { loadBalancer: { select: { certificateId: true } } },
      }),
      'app',
    );
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    const inspected = inspectCertificate({ certificate, key, names: app.domains, now });
    const row = await storeCertificate(
      tx,
      ctx.cipher,
      { organizationId, appId, source: 'uploaded', now },
      inspected,
    );
    if ((await tx.certificate.count({ where: { appId } })) > mostCertificates) {
      throw new AppError('conflict', `An app can have ${mostCertificates} certificates at most.`, {
        hint: 'Remove those that are not used any more.',
      });
    }
    const { names: of, issuer, notAfter, fingerprint } = inspected.facts;
    await recordAudit(
      tx,
      actor,
      'certificate.upload',
      { type: 'app', id: appId, name: app.name },
      { details: { names: of, issuer, notAfter: notAfter.toISOString(), fingerprint } },
    );
    await announce(tx, organizationId, 'app', appId);
    return viewCertificate(row, app.loadBalancer?.certificateId ?? null, now);
  });
};
