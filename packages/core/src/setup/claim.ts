import { timingSafeEqual } from 'node:crypto';
import { AppError, Secret } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { sshPrivateKeyBinding } from '../bindings.ts';
import type { Context } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { invalidInput, parseInput } from '../input.ts';
import { newId } from '../new-id.ts';
import { hashToken } from '../token/secret.ts';
import { claimSetupInput } from './schemas.ts';

/** @throws AppError `setup-closed`, `invalid-input` on `token` */
async function checkToken(tx: Transaction, token: string): Promise<void> {
  const [row] = await tx.$queryRaw<{ setupTokenHash: string | null; setUpAt: Date | null }[]>`
    SELECT "setupTokenHash", "setUpAt" FROM installation WHERE id = 1 FOR UPDATE`;
  if (row === undefined || row.setUpAt !== null || row.setupTokenHash === null) {
    throw new AppError('setup-closed', 'This installation is set up already.', {
      hint: 'Sign in, or ask its owner for an invitation.',
    });
  }
  if (!timingSafeEqual(Buffer.from(hashToken(token)), Buffer.from(row.setupTokenHash))) {
    throw invalidInput([
      { path: 'token', message: 'This is not the setup token. It is printed on the console at each start.' },
    ]);
  }
}

function organizationSlug(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return slug === '' ? 'organization' : slug;
}

/**
 * The first owner: user, organization with its SSH key, and the door closes behind them. The user is made first and by somebody else; if what follows
 * fails, the same request again finds that user and goes on.
 */
export async function claimSetup(
  ctx: Context,
  input: unknown,
): Promise<{ userId: string; organizationId: string }> {
  const { token, name, email, password, organization } = parseInput(claimSetupInput, input);
  await ctx.prisma.$transaction((tx) => checkToken(tx, token));
  const { userId } = await ctx.accounts.createUser({ name, email, password: new Secret(password) });
  const key = await ctx.generateKeyPair();
  const organizationId = newId(ctx.clock());
  await ctx.prisma.$transaction(async (tx) => {
    await checkToken(tx, token);
    await tx.organization.create({
      data: {
        id: organizationId,
        name: organization,
        slug: organizationSlug(organization),
        members: { create: { id: newId(ctx.clock()), userId, role: 'owner' } },
        sshKey: {
          create: {
            publicKey: key.publicKey.trim(),
            fingerprint: key.fingerprint,
            privateKeyCipher: ctx.cipher.encrypt(key.privateKey, sshPrivateKeyBinding(organizationId)),
          },
        },
      },
    });
    await tx.installation.update({ where: { id: 1 }, data: { setUpAt: ctx.clock(), setupTokenHash: null } });
    const actor = { userId, name, organizationId };
    await recordAudit(tx, actor, 'setup.claim', {
      type: 'organization',
      id: organizationId,
      name: organization,
    });
    await announce(tx, organizationId, 'organization', organizationId);
  });
  return { userId, organizationId };
}
