import type { App } from '@fairlead/db';
import type { Context } from '../context.ts';
import { announce } from '../events.ts';
import type { HostedCheck } from './view.ts';

/** Keeps what a test found, unless the database was set anew meanwhile. */
export async function storeHostedChecks(
  ctx: Pick<Context, 'prisma' | 'clock'>,
  app: Pick<App, 'id' | 'organizationId'>,
  setAt: Date,
  checks: readonly HostedCheck[],
): Promise<void> {
  await ctx.prisma.$transaction(async (tx) => {
    await tx.hostedDatabase.updateMany({
      where: { appId: app.id, setAt },
      data: { checks: [...checks], checkedAt: ctx.clock() },
    });
    await announce(tx, app.organizationId, 'app', app.id);
  });
}
