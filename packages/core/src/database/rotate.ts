import type { App } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { appStatus } from '../app/status.ts';
import { authorize } from '../authorize.ts';
import { databaseFormerPasswordBinding, databasePasswordBinding } from '../bindings.ts';
import { requireNoCanary } from '../canary/require-none.ts';
import type { Actor, Context, UseCase } from '../context.ts';
import { repeatDeployment } from '../deployment/repeat.ts';
import { readDatabasePassword, readEverySecret } from '../environment/reveal.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { factsOf } from '../server/facts.ts';
import { found, lockApp } from '../tenant.ts';
import { newDatabasePassword } from './password.ts';
import { isRotating, requireRotatable, wantedTls } from './rotated.ts';
import { rotateDatabaseInput } from './schemas.ts';

/**
 * Another password of the app's database. Both open it until a deployment of what is served has brought the new one to every backend; then the old one opens
 * nothing. One that was begun and cut off goes on with the password that it made.
 */
export const rotateDatabasePassword: UseCase<unknown, { operation: OperationView }> = async (
  ctx,
  actor,
  input,
) => {
  authorize(actor, 'database.rotate');
  const { appId, idempotencyKey, tls } = parseInput(rotateDatabaseInput, input);
  const request = {
    kind: 'database.rotate' as const,
    idempotencyKey,
    input: { appId, ...(tls === undefined ? {} : { tls }) },
  };
  return accept(ctx, actor, request, async (tx) => {
    await lockApp(tx, actor, appId);
    const include = { primaryServer: { select: { facts: true } } };
    const app = found(await tx.app.findUnique({ where: { id: appId }, include }), 'app');
    requireRotatable(app, readDatabasePassword(ctx, app), await readEverySecret(ctx, app));
    const databaseTls = wantedTls(app, tls, factsOf(app.primaryServer.facts));
    const active = await findActive(tx, { appId, kinds: ['database.rotate'] });
    if (active !== null) return { same: active.id };
    await requireNoCanary(tx, appId);
    const deployment = await repeatDeployment(tx, actor, appId);
    await tx.app.update({
      where: { id: appId },
      data: {
        status: appStatus.transition(app.status, 'deploying'),
        ...(isRotating(app) ? {} : { ...anotherPassword(ctx, actor, app), databaseTls }),
      },
    });
    await announce(tx, actor.organizationId, 'app', appId);
    const subject = { type: 'app' as const, id: appId, name: app.name };
    const title = `Give the database of ${app.name} another password`;
    return { start: { ...request, title, subject, appId, deploymentId: deployment.id } };
  });
};

function anotherPassword(ctx: Pick<Context, 'cipher' | 'clock'>, actor: Actor, app: App) {
  const today = readDatabasePassword(ctx, app);
  if (today === null) throw new AppError('internal', 'This app has no database password.');
  const { organizationId } = actor;
  return {
    databaseTurn: app.databaseTurn + 1,
    databasePasswordSetAt: ctx.clock(),
    databasePasswordCipher: ctx.cipher.encrypt(
      newDatabasePassword(),
      databasePasswordBinding(organizationId, app.id),
    ),
    databaseFormerPasswordCipher: ctx.cipher.encrypt(
      today,
      databaseFormerPasswordBinding(organizationId, app.id),
    ),
    databaseFormerTls: app.databaseTls,
  };
}
