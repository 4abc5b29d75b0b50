import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { hostedDatabaseInput } from './schemas.ts';

/** Forgets the database elsewhere and its password; the next deployment takes its variables from the backends. */
export const removeHostedDatabase: UseCase<unknown, void> = async (ctx, actor, input) => {
  authorize(actor, 'hosted-database.remove');
  const { appId } = parseInput(hostedDatabaseInput, input);
  await tenant(ctx, actor).$transaction(async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(await tx.app.findUnique({ where: { id: appId } }), 'app');
    found(await tx.hostedDatabase.findUnique({ where: { appId } }), 'hosted database');
    await tx.hostedDatabase.delete({ where: { appId } });
    await recordAudit(tx, actor, 'hosted-database.remove', { type: 'app', id: appId, name: app.name });
    await announce(tx, actor.organizationId, 'app', appId);
  });
};
