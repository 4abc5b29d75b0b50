import type { Cipher } from '@fairlead/db';
import { certificateKeyBinding } from '../bindings.ts';
import type { Transaction } from '../events.ts';
import { newId } from '../new-id.ts';
import type { CertificateFacts } from './inspect.ts';
import { type CertificateRow, certificateColumns } from './view.ts';

/** Keeps a certificate that was found good. The same one again is the same row, under the key that came last. */
export async function storeCertificate(
  tx: Transaction,
  cipher: Cipher,
  of: { organizationId: string; appId: string; source: 'uploaded' | 'acme'; now: Date },
  { facts, key }: { facts: CertificateFacts; key: string },
): Promise<CertificateRow> {
  const { appId, source, organizationId, now } = of;
  const where = { appId_sha256: { appId, sha256: facts.sha256 } };
  const known = await tx.certificate.findUnique({ where, select: { id: true } });
  const id = known?.id ?? newId(now);
  const keyCipher = cipher.encrypt(key, certificateKeyBinding(organizationId, id));
  return tx.certificate.upsert({
    where: { id },
    create: { id, appId, source, ...facts, keyCipher, createdAt: now },
    update: { keyCipher },
    select: certificateColumns,
  });
}
