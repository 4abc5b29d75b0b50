import { type Role, roles, type Scope, scopes } from '../authorize.ts';
import type { Actor, Context } from '../context.ts';
import { hashToken, tokenPrefix } from '../token/secret.ts';

/** How stale `lastUsedAt` of a token may be (milliseconds): not every request writes. */
const lastUsedStepMs = 60_000;

function roleOf(text: string): Role | null {
  return roles.find((role) => role === text) ?? null;
}

/**
 * Who a signed-in user is in an organization: the asked one, else the one joined first. null: a member of none, or not of that one.
 */
export async function actorOfUser(
  ctx: Pick<Context, 'prisma'>,
  userId: string,
  organizationId?: string | null,
): Promise<Actor | null> {
  const member = await ctx.prisma.member.findFirst({
    where: { userId, ...(organizationId == null ? {} : { organizationId }) },
    orderBy: { createdAt: 'asc' },
    include: { user: { select: { name: true } } },
  });
  const role = member === null ? null : roleOf(member.role);
  if (member === null || role === null) return null;
  return { userId, name: member.user.name, organizationId: member.organizationId, role, scopes };
}

/** Who a token stands for: its user with today's role. null: unknown, revoked, expired, or no member any more. */
export async function actorOfToken(
  ctx: Pick<Context, 'prisma' | 'clock'>,
  token: string,
): Promise<Actor | null> {
  if (!token.startsWith(tokenPrefix) || token.length > 200) return null;
  const row = await ctx.prisma.apiToken.findUnique({ where: { hash: hashToken(token) } });
  const now = ctx.clock();
  if (row === null || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= now)) return null;
  const actor = await actorOfUser(ctx, row.userId, row.organizationId);
  if (actor === null) return null;
  if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() > lastUsedStepMs) {
    await ctx.prisma.apiToken.update({ where: { id: row.id }, data: { lastUsedAt: now } });
  }
  return { ...actor, scopes: scopes.filter((scope: Scope) => row.scopes.includes(scope)) };
}
