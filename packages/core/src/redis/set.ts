import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import { redisPasswordBinding } from '../bindings.ts';
import type { UseCase } from '../context.ts';
import { newDatabasePassword } from '../database/password.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { setRedisInput } from './schemas.ts';
import { type RedisView, viewRedis } from './view.ts';

/** An app wants a Redis on its primary, or another size or policy of the one it has; the next deployment brings it. One that was to leave stays. */
export const setRedis: UseCase<unknown, { redis: RedisView | null }> = async (ctx, actor, input) => {
  authorize(actor, 'redis.set');
  const { appId, ...fields } = parseInput(setRedisInput, input);
  await tenant(ctx, actor).$transaction(async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(await tx.app.findUnique({ where: { id: appId } }), 'app');
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    const data = { ...fields, leaving: false, setAt: ctx.clock() };
    const known = await tx.redis.findUnique({ where: { appId } });
    if (known === null) {
      const binding = redisPasswordBinding(actor.organizationId, appId);
      const passwordCipher = ctx.cipher.encrypt(newDatabasePassword(), binding);
      // None smaller than a release’s: only what is deployed after another password counts as having that.
      const { _max: last } = await tx.release.aggregate({
        where: { deployment: { appId } },
        _max: { redisTurn: true },
      });
      const turn = 2 * Math.ceil((last.redisTurn ?? 0) / 2);
      await tx.redis.create({ data: { ...data, appId, passwordCipher, turn } });
    } else {
      await tx.redis.update({ where: { appId }, data });
    }
    const subject = { type: 'app' as const, id: appId, name: app.name };
    await recordAudit(tx, actor, 'redis.set', subject, { details: fields });
    await announce(tx, actor.organizationId, 'app', appId);
  });
  return viewRedis(ctx, actor, appId);
};
