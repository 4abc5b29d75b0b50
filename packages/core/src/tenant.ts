import { forOrganization, type OrganizationPrisma } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import type { Actor, Context } from './context.ts';
import type { Transaction } from './events.ts';

/** The only client that use-cases read and write by: it finds nothing of another organization. */
export function tenant(
  ctx: Pick<Context, 'prisma'>,
  actor: Pick<Actor, 'organizationId'>,
): OrganizationPrisma {
  return forOrganization(ctx.prisma, actor.organizationId);
}

/** The row, or a 404 that does not say whether somebody else has it. */
export function found<T>(row: T | null, what: string): T {
  if (row === null) throw new AppError('not-found', `There is no such ${what}.`);
  return row;
}

/** Hold the app's row until the transaction ends: intents on one app come one after another. */
export async function lockApp(
  tx: Transaction,
  actor: Pick<Actor, 'organizationId'>,
  appId: string,
): Promise<void> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM app WHERE id = ${appId} AND "organizationId" = ${actor.organizationId} FOR UPDATE`;
  found(rows[0] ?? null, 'app');
}

/** The same for a server. */
export async function lockServer(
  tx: Transaction,
  actor: Pick<Actor, 'organizationId'>,
  serverId: string,
): Promise<void> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM server WHERE id = ${serverId} AND "organizationId" = ${actor.organizationId} FOR UPDATE`;
  found(rows[0] ?? null, 'server');
}

export function isoOf(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
