import { randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import { hashToken } from '../token/secret.ts';

/**
 * A token that opens the setup once, to be printed on the console; only its hash is kept, so each start before the setup makes a new one.
 * @param chosen a token of the operator's own, at least 20 characters (for unattended installations)
 * @returns null once the installation is set up
 */
export async function ensureSetupToken(
  ctx: Pick<Context, 'prisma'>,
  chosen?: string,
): Promise<{ token: string } | null> {
  if (chosen !== undefined && chosen.length < 20)
    throw new Error('A setup token has at least 20 characters.');
  const token = chosen ?? randomBytes(24).toString('base64url');
  const setupTokenHash = hashToken(token);
  await ctx.prisma.installation.upsert({ where: { id: 1 }, create: { id: 1 }, update: {} });
  const { count } = await ctx.prisma.installation.updateMany({
    where: { id: 1, setUpAt: null },
    data: { setupTokenHash },
  });
  return count === 0 ? null : { token };
}
