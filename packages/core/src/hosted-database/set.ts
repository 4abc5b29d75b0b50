import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import { hostedDatabasePasswordBinding } from '../bindings.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { invalidInput, parseInput } from '../input.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { setHostedDatabaseInput } from './schemas.ts';
import { type HostedDatabaseView, viewHostedDatabase } from './view.ts';

/** An app uses a database that runs elsewhere; the next deployment brings its account to the backends. Nothing is changed there, no rule and no grant. */
export const setHostedDatabase: UseCase<unknown, { hosted: HostedDatabaseView | null }> = async (
  ctx,
  actor,
  input,
) => {
  authorize(actor, 'hosted-database.set');
  const { appId, password, ...fields } = parseInput(setHostedDatabaseInput, input);
  await tenant(ctx, actor).$transaction(async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(await tx.app.findUnique({ where: { id: appId } }), 'app');
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    if (app.databaseEngine !== 'none') {
      throw new AppError('conflict', 'This app has a database of Fairlead’s on its primary.', {
        hint: 'Make an app without one for a database that runs elsewhere.',
      });
    }
    const known = await tx.hostedDatabase.findUnique({ where: { appId } });
    // A password is for one place: elsewhere it would be given to whoever answers there.
    const isElsewhere = known !== null && (known.host !== fields.host || known.port !== fields.port);
    if (password === undefined && (known === null || isElsewhere)) {
      throw invalidInput([{ path: 'password', message: 'Give the password that goes with this host.' }]);
    }
    const binding = hostedDatabasePasswordBinding(actor.organizationId, appId);
    const passwordCipher =
      password === undefined ? (known?.passwordCipher ?? '') : ctx.cipher.encrypt(password, binding);
    const data = { ...fields, passwordCipher, setAt: ctx.clock(), checks: undefined, checkedAt: null };
    await tx.hostedDatabase.deleteMany({ where: { appId } });
    await tx.hostedDatabase.create({ data: { ...data, appId } });
    const subject = { type: 'app' as const, id: appId, name: app.name };
    const { authority: _, ...shown } = fields;
    await recordAudit(tx, actor, 'hosted-database.set', subject, { details: shown });
    await announce(tx, actor.organizationId, 'app', appId);
  });
  return viewHostedDatabase(ctx, actor, appId);
};
