import type { Secret } from '@fairlead/errors';
import { certificateKeyBinding } from '../bindings.ts';
import type { Context } from '../context.ts';
import { found } from '../tenant.ts';

/** A certificate with its key, for the worker, which puts both on the balancer. @throws AppError `not-found` */
export async function readCertificateSecret(
  ctx: Pick<Context, 'prisma' | 'cipher'>,
  app: { id: string; organizationId: string },
  sha256: string,
): Promise<{ sha256: string; chain: string; key: Secret }> {
  const where = { appId_sha256: { appId: app.id, sha256 } };
  const row = found(await ctx.prisma.certificate.findUnique({ where }), 'certificate');
  const key = ctx.cipher.decrypt(row.keyCipher, certificateKeyBinding(app.organizationId, row.id));
  return { sha256, chain: row.chain, key };
}
