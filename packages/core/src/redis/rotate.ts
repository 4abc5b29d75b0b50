import type { App, Redis } from '@fairlead/db';
import { AppError, type Secret } from '@fairlead/errors';
import { appStatus } from '../app/status.ts';
import { authorize } from '../authorize.ts';
import { redisFormerPasswordBinding, redisPasswordBinding } from '../bindings.ts';
import { requireNoCanary } from '../canary/require-none.ts';
import type { Actor, Context, UseCase } from '../context.ts';
import { refuseCopies } from '../database/copies.ts';
import { newDatabasePassword } from '../database/password.ts';
import { repeatDeployment } from '../deployment/repeat.ts';
import { readEverySecret, readRedisPassword } from '../environment/reveal.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockApp } from '../tenant.ts';
import { rotateRedisInput } from './schemas.ts';
import { redisUser } from './settings.ts';

/**
 * Another password of the app's Redis. Both open it until a deployment of what is served has brought the new one to every backend; then the old one opens nothing.
 * One that was begun and cut off goes on with the password that it made.
 */
export const rotateRedisPassword: UseCase<unknown, { operation: OperationView }> = async (
  ctx,
  actor,
  input,
) => {
  authorize(actor, 'redis.rotate');
  const { appId, idempotencyKey } = parseInput(rotateRedisInput, input);
  const request = { kind: 'redis.rotate' as const, idempotencyKey, input: { appId } };
  return accept(ctx, actor, request, async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(await tx.app.findUnique({ where: { id: appId }, include: { redis: true } }), 'app');
    const redis = requireRotatableRedis(app, readRedisPassword(ctx, app), await readEverySecret(ctx, app));
    const active = await findActive(tx, { appId, kinds: ['redis.rotate'] });
    if (active !== null) return { same: active.id };
    await requireNoCanary(tx, appId);
    const deployment = await repeatDeployment(tx, actor, appId);
    if (redis.formerPasswordCipher === null) {
      await tx.redis.update({ where: { appId }, data: anotherPassword(ctx, actor, app) });
    }
    await tx.app.update({
      where: { id: appId },
      data: { status: appStatus.transition(app.status, 'deploying') },
    });
    await announce(tx, actor.organizationId, 'app', appId);
    const subject = { type: 'app' as const, id: appId, name: app.name };
    const title = `Give the Redis of ${app.name} another password`;
    return { start: { ...request, title, subject, appId, deploymentId: deployment.id } };
  });
};

/**
 * @param own the app's own variables, decrypted
 * @throws AppError `conflict` where the password can't be replaced without harm
 */
export function requireRotatableRedis(
  app: App & { redis: Redis | null },
  password: Secret | null,
  own: Readonly<Record<string, Secret>>,
): Redis {
  if (app.removing) throw new AppError('conflict', 'This app is being removed.');
  const { redis } = app;
  if (redis === null || password === null || redis.leaving) {
    throw new AppError('conflict', 'This app has no Redis of its own, so there is no password to replace.');
  }
  if (redis.placedAt === null) {
    throw new AppError('conflict', 'Its Redis is not there yet.', {
      hint: 'The next deployment brings it.',
    });
  }
  const account = { password, login: redisUser(app.slug, redis.turn), keys: ['REDIS_USERNAME'] };
  refuseCopies(own, account, 'REDIS_USERNAME, REDIS_PASSWORD and REDIS_URL');
  return redis;
}

function anotherPassword(
  ctx: Pick<Context, 'cipher' | 'clock'>,
  { organizationId }: Actor,
  app: App & { redis: Redis | null },
) {
  const today = readRedisPassword(ctx, app);
  if (today === null) throw new AppError('internal', 'This app has no Redis.');
  return {
    turn: { increment: 1 },
    passwordSetAt: ctx.clock(),
    passwordCipher: ctx.cipher.encrypt(newDatabasePassword(), redisPasswordBinding(organizationId, app.id)),
    formerPasswordCipher: ctx.cipher.encrypt(today, redisFormerPasswordBinding(organizationId, app.id)),
  };
}
