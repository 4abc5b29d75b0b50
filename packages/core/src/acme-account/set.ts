import { generateKeyPairSync } from 'node:crypto';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import { acmeAccountKeyBinding } from '../bindings.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';
import { type AcmeAccountView, viewAcmeAccount } from './read.ts';
import { setAcmeAccountInput } from './schemas.ts';

/** The organization's account with a directory, whose terms the caller agrees to. Another directory is another account, with a key of its own. */
export const setAcmeAccount: UseCase<unknown, AcmeAccountView> = async (ctx, actor, input) => {
  authorize(actor, 'acme-account.set');
  const { directoryUrl, email } = parseInput(setAcmeAccountInput, input);
  const { organizationId } = actor;
  const agreed = { termsAgreedAt: ctx.clock(), termsAgreedBy: actor.name };
  const row = await tenant(ctx, actor).$transaction(async (tx) => {
    const where = { organizationId };
    const known = await tx.acmeAccount.findUnique({ where });
    const isNew = known?.directoryUrl !== directoryUrl;
    const own = {
      directoryUrl,
      email,
      ...agreed,
      // A changed address is told to the directory by registering again.
      ...(isNew || known?.email !== email ? { accountUrl: null } : {}),
    };
    const keyCipher = ctx.cipher.encrypt(createKey(), acmeAccountKeyBinding(organizationId));
    const saved = await tx.acmeAccount.upsert({
      where,
      create: { organizationId, ...own, keyCipher },
      update: { ...own, ...(isNew ? { keyCipher } : {}) },
    });
    const { name } = found(
      await tx.organization.findUnique({ where: { id: organizationId } }),
      'organization',
    );
    const subject = { type: 'organization' as const, id: organizationId, name };
    await recordAudit(tx, actor, 'acme-account.set', subject, { details: { directoryUrl, email } });
    await announce(tx, organizationId, 'organization', organizationId);
    return saved;
  });
  return viewAcmeAccount(row);
};

/** EC P-256, as PKCS #8 in PEM: what every directory takes. */
function createKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
