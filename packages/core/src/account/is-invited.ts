import type { Context } from '../context.ts';

/** Whether an invitation with this id waits for this e-mail address: both must fit, as nobody has proved to own the address. */
export async function isInvited(
  ctx: Pick<Context, 'prisma' | 'clock'>,
  invitationId: unknown,
  email: unknown,
): Promise<boolean> {
  if (typeof invitationId !== 'string' || typeof email !== 'string') return false;
  const count = await ctx.prisma.invitation.count({
    where: {
      id: invitationId,
      email: email.toLowerCase(),
      status: 'pending',
      expiresAt: { gt: ctx.clock() },
    },
  });
  return count > 0;
}
