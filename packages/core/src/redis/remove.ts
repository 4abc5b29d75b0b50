import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { invalidInput, parseInput } from '../input.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { removeRedisInput } from './schemas.ts';
import { type RedisView, viewRedis } from './view.ts';

/** An app wants its Redis no more. What serves goes on using it until the next deployment has replaced that; then it goes, with all that it holds. */
export const removeRedis: UseCase<unknown, { redis: RedisView | null }> = async (ctx, actor, input) => {
  authorize(actor, 'redis.remove');
  const { appId, confirm } = parseInput(removeRedisInput, input);
  await tenant(ctx, actor).$transaction(async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(await tx.app.findUnique({ where: { id: appId } }), 'app');
    const { placedAt } = found(await tx.redis.findUnique({ where: { appId } }), 'Redis');
    if (confirm !== app.name)
      throw invalidInput([{ path: 'confirm', message: `Type the app’s name: ${app.name}` }]);
    if (placedAt === null) await tx.redis.delete({ where: { appId } });
    else await tx.redis.update({ where: { appId }, data: { leaving: true, setAt: ctx.clock() } });
    await recordAudit(tx, actor, 'redis.remove', { type: 'app', id: appId, name: app.name });
    await announce(tx, actor.organizationId, 'app', appId);
  });
  return viewRedis(ctx, actor, appId);
};
