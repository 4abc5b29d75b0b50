import type { App } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { servedDeployment } from '../deployment/repeat.ts';
import { readDatabasePassword, readEverySecret, readRedisPassword } from '../environment/reveal.ts';
import type { Transaction } from '../events.ts';
import { idSchema } from '../fields/text.ts';
import { loadFleet } from '../fleet.ts';
import { parseInput } from '../input.ts';
import { readPlanFacts } from '../load-balancer/plan.ts';
import type { PlanView } from '../load-balancer/plan-view.ts';
import { planRedis } from '../redis/plan-redis.ts';
import { planRedisRotation } from '../redis/plan-rotation.ts';
import { requireRotatableRedis } from '../redis/rotate.ts';
import { factsOf } from '../server/facts.ts';
import { found, tenant } from '../tenant.ts';
import { planRotation } from './plan-rotation.ts';
import { requireRotatable, wantedTls } from './rotated.ts';
import { type DatabaseIntent, databasePlanBody } from './schemas.ts';

/** What a change of the app's database would do to each server. Writes nothing; refuses what accepting the change would refuse. */
export const planDatabase: UseCase<unknown, PlanView> = async (ctx, actor, input) => {
  authorize(actor, 'database.plan');
  const { appId: rawAppId, ...rawIntent } = (input ?? {}) as Record<string, unknown>;
  const appId = parseInput(idSchema, rawAppId);
  const intent = parseInput(databasePlanBody, rawIntent);
  const db = tenant(ctx, actor);
  const app = found(await db.app.findUnique({ where: { id: appId } }), 'app');
  if (intent.action === 'rotate-redis') {
    const fleet = await loadFleet(db, appId);
    const withRedis = { ...fleet.app, redis: fleet.app.redis ?? null };
    requireRotatableRedis(withRedis, readRedisPassword(ctx, fleet.app), await readEverySecret(ctx, app));
    const { commit: liveCommit } = await servedDeployment(db, appId);
    return planRedisRotation(fleet, { ...(await readPlanFacts(db, fleet)), liveCommit });
  }
  if (intent.action !== 'rotate') return planOfRedis(db, app, intent);
  requireRotatable(app, readDatabasePassword(ctx, app), await readEverySecret(ctx, app));
  const fleet = await loadFleet(db, appId);
  const primary = fleet.servers.find(({ id }) => id === app.primaryServerId);
  const databaseTls = wantedTls(app, intent.tls, factsOf(primary?.facts));
  const { commit } = await servedDeployment(db, appId);
  return planRotation(fleet, databaseTls, { ...(await readPlanFacts(db, fleet)), liveCommit: commit });
};

async function planOfRedis(
  db: Transaction,
  app: App,
  intent: Extract<DatabaseIntent, { action: 'set-redis' | 'remove-redis' }>,
): Promise<PlanView> {
  if (app.removing) throw new AppError('conflict', 'This app is being removed.');
  const fleet = await loadFleet(db, app.id);
  if (intent.action === 'remove-redis') found(fleet.app.redis ?? null, 'Redis');
  const facts = await readPlanFacts(db, fleet);
  return planRedis(fleet, intent.action === 'set-redis' ? intent : null, facts);
}
