import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockApp } from '../tenant.ts';
import { checkHostedDatabaseInput } from './schemas.ts';

/** Has every backend ask the database elsewhere: name, connection, encryption, account, a query, rights. Changes nothing there. */
export const checkHostedDatabase: UseCase<unknown, { operation: OperationView }> = async (
  ctx,
  actor,
  input,
) => {
  authorize(actor, 'hosted-database.check');
  const { appId, idempotencyKey } = parseInput(checkHostedDatabaseInput, input);
  const request = { kind: 'hosted-database.check' as const, idempotencyKey, input: { appId } };
  return accept(ctx, actor, request, async (tx) => {
    await lockApp(tx, actor, appId);
    const include = { hostedDatabase: true, backends: { include: { server: true } } };
    const app = found(await tx.app.findUnique({ where: { id: appId }, include }), 'app');
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    found(app.hostedDatabase, 'hosted database');
    if (app.backends.every(({ server }) => server.preparedAt === null)) {
      throw new AppError('conflict', 'None of the app’s servers is prepared yet.', {
        hint: 'Prepare the primary, or deploy the app: the test is made from its servers.',
      });
    }
    const active = await findActive(tx, { appId, kinds: ['hosted-database.check'] });
    if (active !== null) return { same: active.id };
    const subject = { type: 'app' as const, id: appId, name: app.name };
    return {
      start: { ...request, title: `Test the database of ${app.name} from each backend`, subject, appId },
    };
  });
};
