import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import { backendVariableBinding, environmentValueBinding } from '../bindings.ts';
import type { UseCase } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { invalidInput, parseInput } from '../input.ts';
import { newId } from '../new-id.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { type EnvironmentView, viewEnvironment } from './read.ts';
import { changeEnvironmentInput, maxEnvironmentVariables } from './schemas.ts';

/** Where variables are kept: rows of the app or of one backend. */
interface Place {
  details: object;
  binding: typeof environmentValueBinding;
  known(): Promise<{ id: string; key: string }[]>;
  forget(keys: string[]): Promise<unknown>;
  keep(id: string, key: string, valueCipher: string): Promise<unknown>;
}

function ofApp(tx: Transaction, appId: string): Place {
  return {
    details: {},
    binding: environmentValueBinding,
    known: () => tx.environmentVariable.findMany({ where: { appId }, select: { id: true, key: true } }),
    forget: (keys) => tx.environmentVariable.deleteMany({ where: { appId, key: { in: keys } } }),
    keep: (id, key, valueCipher) =>
      tx.environmentVariable.upsert({
        where: { id },
        create: { id, appId, key, valueCipher },
        update: { valueCipher },
      }),
  };
}

/** @throws AppError `not-found` where it is none of the app's, or on its way out */
async function ofBackend(tx: Transaction, appId: string, backendId: string): Promise<Place> {
  const row = await tx.backend.findFirst({
    where: { id: backendId, appId, desired: { not: 'removed' } },
    include: { server: { select: { name: true } } },
  });
  const backend = found(row, 'backend');
  return {
    details: { backendId, server: backend.server.name },
    binding: backendVariableBinding,
    known: () => tx.backendVariable.findMany({ where: { backendId }, select: { id: true, key: true } }),
    forget: (keys) => tx.backendVariable.deleteMany({ where: { backendId, key: { in: keys } } }),
    keep: (id, key, valueCipher) =>
      tx.backendVariable.upsert({
        where: { id },
        create: { id, backendId, key, valueCipher },
        update: { valueCipher },
      }),
  };
}

/** Set and unset variables; the next deployment brings them to the backends. */
export const changeEnvironment: UseCase<unknown, EnvironmentView> = async (ctx, actor, input) => {
  authorize(actor, 'environment.change');
  const { appId, backendId, set, unset } = parseInput(changeEnvironmentInput, input);
  const both = unset.findIndex((key) => Object.hasOwn(set, key));
  if (both !== -1)
    throw invalidInput([{ path: `unset.${both}`, message: 'This variable is set and unset at once.' }]);
  await tenant(ctx, actor).$transaction(async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(await tx.app.findUnique({ where: { id: appId } }), 'app');
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    const place = backendId === undefined ? ofApp(tx, appId) : await ofBackend(tx, appId, backendId);
    const known = new Map((await place.known()).map((row) => [row.key, row.id]));
    await place.forget(unset);
    for (const [key, value] of Object.entries(set)) {
      const id = known.get(key) ?? newId(ctx.clock());
      await place.keep(id, key, ctx.cipher.encrypt(value, place.binding(actor.organizationId, id)));
    }
    const after = [...known.keys()].filter((key) => !unset.includes(key));
    if (new Set([...after, ...Object.keys(set)]).size > maxEnvironmentVariables) {
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
        details: {
          ...place.details,
          set: Object.keys(set),
          unset: unset.filter((key) => known.has(key)),
        },
      },
    );
    await announce(tx, actor.organizationId, 'app', appId);
  });
  return viewEnvironment(ctx, actor, appId);
};
