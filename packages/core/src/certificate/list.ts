import { appInput } from '../app/schemas.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';
import { type CertificateView, certificateColumns, viewCertificate } from './view.ts';

/** An app's certificates, the newest first; without chains and keys. */
export const listCertificates: UseCase<unknown, { items: CertificateView[] }> = async (ctx, actor, input) => {
  authorize(actor, 'certificate.list');
  const { appId } = parseInput(appInput, input);
  const db = tenant(ctx, actor);
  const app = found(
    await db.app.findUnique({
      where: { id: appId },
      select: { loadBalancer: { select: { certificateId: true } } },
    }),
    'app',
  );
  const rows = await db.certificate.findMany({
    where: { appId },
    select: certificateColumns,
    orderBy: { id: 'desc' },
    take: 200,
  });
  const usedId = app.loadBalancer?.certificateId ?? null;
  return { items: rows.map((row) => viewCertificate(row, usedId, ctx.clock())) };
};
