import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import { environmentValueBinding } from '../bindings.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { invalidInput, parseInput } from '../input.ts';
import { newId } from '../new-id.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { type EnvironmentView, viewEnvironment } from './read.ts';
import { changeEnvironmentInput, maxEnvironmentVariables } from './schemas.ts';

/** Set and unset variables; the next deployment brings them to the backends. */
export const changeEnvironment: UseCase<unknown, EnvironmentView> = async (ctx, actor, input) => {
  authorize(actor, 'environment.change');
  const { appId, set, unset } = parseInput(changeEnvironmentInput, input);
  const both = unset.findIndex((key) => Object.hasOwn(set, key));
  if (both !== -1)
    throw invalidInput([{ path: `unset.${both}`, message: 'This variable is set and unset at once.' }]);
  await tenant(ctx, actor).$transaction(async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(await tx.app.findUnique({ where: { id: appId } }), 'app');
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    const rows = await tx.environmentVariable.findMany({ where: { appId }, select: { id: true, key: true } });
    const known = new Map(rows.map((row) => [row.key, row.id]));
    await tx.environmentVariable.deleteMany({ where: { appId, key: { in: unset } } });
    for (const [key, value] of Object.entries(set)) {
      const id = known.get(key) ?? newId(ctx.clock());
      const valueCipher = ctx.cipher.encrypt(value, environmentValueBinding(actor.organizationId, id));
      await tx.environmentVariable.upsert({
        where: { id },
        create: { id, appId, key, valueCipher },
        update: { valueCipher },
      });
    }
    if ((await tx.environmentVariable.count({ where: { appId } })) > maxEnvironmentVariables) {
      throw invalidInput([
        { path: 'set', message: `An app can have ${maxEnvironmentVariables} variables at most.` },
      ]);
    }
    await recordAudit(
      tx,
      actor,
      'environment.change',
      { type: 'app', id: appId, name: app.name },
      {
        details: { set: Object.keys(set), unset: unset.filter((key) => known.has(key)) },
      },
    );
    await announce(tx, actor.organizationId, 'app', appId);
  });
  return viewEnvironment(ctx, actor, appId);
};
