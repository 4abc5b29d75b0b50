import { createHash } from 'node:crypto';
import type { Secret } from '@fairlead/errors';
import { backendAuthorityKeyBinding } from '../bindings.ts';
import type { Context } from '../context.ts';

/** A certificate and its key as PEM, as whoever made them hands them over. */
export interface MadeCertificate {
  certificate: string;
  key: string;
  notBefore: Date;
  notAfter: Date;
}

/** The authority of an app's backends, with the key that it issues by. */
export interface BackendAuthority {
  certificate: string;
  sha256: string;
  key: Secret;
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** An app's authority, opened for whoever issues; made by `make` where there is none yet. Of two at once the first is kept. */
export async function backendAuthority(
  ctx: Pick<Context, 'prisma' | 'cipher'>,
  { id: appId, organizationId }: { id: string; organizationId: string },
  make: () => Promise<MadeCertificate>,
): Promise<BackendAuthority> {
  const binding = backendAuthorityKeyBinding(organizationId, appId);
  const read = () => ctx.prisma.backendAuthority.findUnique({ where: { appId } });
  let row = await read();
  if (row === null) {
    const { certificate, key, notAfter } = await make();
    const made = {
      appId,
      certificate,
      sha256: sha256Of(certificate),
      notAfter,
      keyCipher: ctx.cipher.encrypt(key, binding),
    };
    await ctx.prisma.backendAuthority.createMany({ data: [made], skipDuplicates: true });
    row = (await read()) ?? { ...made, createdAt: notAfter };
  }
  const { certificate, sha256, keyCipher } = row;
  return { certificate, sha256, key: ctx.cipher.decrypt(keyCipher, binding) };
}
