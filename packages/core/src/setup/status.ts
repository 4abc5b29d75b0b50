import type { Context } from '../context.ts';

/** Whether the first owner is still to come. */
export async function readSetupStatus(ctx: Pick<Context, 'prisma'>): Promise<{ open: boolean }> {
  const installation = await ctx.prisma.installation.findUnique({
    where: { id: 1 },
    select: { setUpAt: true },
  });
  return { open: installation?.setUpAt == null };
}
