import type { Secret } from '@fairlead/errors';
import { backendCertificateKeyBinding } from '../bindings.ts';
import type { Context } from '../context.ts';
import { type MadeCertificate, sha256Of } from './authority.ts';

/** A backend's certificate is replaced when less than this is left of it (milliseconds): a third of its life. */
const renewalMs = 30 * 86_400_000;

/** A certificate and its key for the server that shows it. */
export interface BackendCertificate {
  sha256: string;
  chain: string;
  key: Secret;
  notAfter: Date;
}

/** Whether a backend is to be given another certificate. */
export function isBackendCertificateDue({ notAfter }: { notAfter: Date }, now: Date): boolean {
  return notAfter.getTime() - now.getTime() < renewalMs;
}

/** What a backend was given last; null for nothing, or for what is due. */
export async function readBackendCertificate(
  ctx: Pick<Context, 'prisma' | 'cipher'>,
  organizationId: string,
  backendId: string,
  now: Date,
): Promise<BackendCertificate | null> {
  const row = await ctx.prisma.backendCertificate.findUnique({ where: { backendId } });
  if (row === null || isBackendCertificateDue(row, now)) return null;
  const key = ctx.cipher.decrypt(row.keyCipher, backendCertificateKeyBinding(organizationId, backendId));
  return { sha256: row.sha256, chain: row.certificate, key, notAfter: row.notAfter };
}

/** Keeps what a backend shows from now on, in place of what it showed. */
export async function storeBackendCertificate(
  ctx: Pick<Context, 'prisma' | 'cipher'>,
  organizationId: string,
  backendId: string,
  { certificate, key, notBefore, notAfter }: MadeCertificate,
): Promise<void> {
  const keyCipher = ctx.cipher.encrypt(key, backendCertificateKeyBinding(organizationId, backendId));
  const columns = { certificate, sha256: sha256Of(certificate), keyCipher, notBefore, notAfter };
  await ctx.prisma.backendCertificate.upsert({
    where: { backendId },
    create: { backendId, ...columns },
    update: columns,
  });
}
