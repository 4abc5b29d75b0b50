import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockApp } from '../tenant.ts';
import { putBackInput } from './schemas.ts';

/** Makes an app's servers hold again what Fairlead put there: files, rules and grants. Changes nothing that is desired. */
export const putBack: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'drift.put-back');
  const { appId, idempotencyKey } = parseInput(putBackInput, input);
  const request = { kind: 'drift.put-back' as const, idempotencyKey, input: { appId } };
  return accept(ctx, actor, request, async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(await tx.app.findUnique({ where: { id: appId } }), 'app');
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    const active = await findActive(tx, { appId, kinds: ['drift.put-back'] });
    if (active !== null) return { same: active.id };
    if ((await tx.drift.count({ where: { appId, resolvedAt: null } })) === 0) {
      throw new AppError('conflict', 'Nothing is known to differ on this app’s servers.');
    }
    const subject = { type: 'app' as const, id: appId, name: app.name };
    return { start: { ...request, title: `Put ${app.name} back as it should be`, subject, appId } };
  });
};
