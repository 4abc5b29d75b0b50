import type { AcmeAccount } from '@fairlead/db';
import { AppError, type Secret } from '@fairlead/errors';
import { acmeAccountKeyBinding } from '../bindings.ts';
import type { Context } from '../context.ts';

/** The organization's account with its key, for the worker, which orders by it. @throws AppError `conflict` where it has none */
export async function readAcmeAccountSecret(
  ctx: Pick<Context, 'prisma' | 'cipher'>,
  organizationId: string,
): Promise<AcmeAccount & { key: Secret }> {
  const row = await ctx.prisma.acmeAccount.findUnique({ where: { organizationId } });
  if (row === null) {
    throw new AppError('conflict', 'The organization has no account with a certificate authority.', {
      hint: 'Agree to the terms of one in the TLS settings of an app.',
    });
  }
  return { ...row, key: ctx.cipher.decrypt(row.keyCipher, acmeAccountKeyBinding(organizationId)) };
}
