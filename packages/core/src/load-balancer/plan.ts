import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import type { Transaction } from '../events.ts';
import { idSchema } from '../fields/text.ts';
import { type Fleet, loadFleet } from '../fleet.ts';
import { givenImport } from '../import/given-import.ts';
import { parseInput } from '../input.ts';
import { readDeclared } from '../process/declared.ts';
import { tenant } from '../tenant.ts';
import { buildPlan } from './plan-build.ts';
import type { PlanFacts } from './plan-notes.ts';
import type { PlanView } from './plan-view.ts';
import { readProposal } from './proposal.ts';
import { propose } from './propose.ts';
import { planBody } from './schemas.ts';

/** What a change would do to each server. Writes nothing; refuses what accepting the change would refuse. */
export const planLoadBalancer: UseCase<unknown, PlanView> = async (ctx, actor, input) => {
  authorize(actor, 'load-balancer.plan');
  const { appId: rawAppId, ...rawIntent } = (input ?? {}) as Record<string, unknown>;
  const appId = parseInput(idSchema, rawAppId);
  const intent = parseInput(planBody, rawIntent);
  const db = tenant(ctx, actor);
  const before = await loadFleet(db, appId);
  // The file's text is shown: it takes the right to see it.
  if (intent.action === 'import') authorize(actor, 'import.list');
  const now = ctx.clock();
  const foreign = await givenImport(db, ctx.cipher, before, intent);
  const context = await readProposal(db, before, intent, now, foreign);
  const after = propose(before, intent, context);
  return buildPlan(before, after, {
    ...(await readPlanFacts(db, before)),
    given: context.given,
    turns: intent.action === 'change' && intent.backendTls !== undefined,
    foreign,
    now,
  });
};

/** What a plan goes by beside the rows of the fleet. */
export async function readPlanFacts(
  db: Transaction,
  fleet: Fleet,
): Promise<Omit<PlanFacts, 'given' | 'foreign' | 'turns' | 'now'>> {
  const { app, loadBalancer } = fleet;
  const primary = fleet.backends.find((backend) => backend.role === 'primary');
  const [applied, release, variables, ofBackends, neighbours, declared] = await Promise.all([
    db.appliedConfig.findFirst({
      where: { loadBalancerId: loadBalancer.id, serverId: loadBalancer.balancerServerId },
      orderBy: { generation: 'desc' },
      select: { content: true, streams: true },
    }),
    primary?.releaseId == null
      ? null
      : db.release.findUnique({ where: { id: primary.releaseId }, select: { commit: true } }),
    db.environmentVariable.findMany({
      where: { appId: app.id },
      select: { key: true },
      orderBy: { key: 'asc' },
    }),
    db.backendVariable.findMany({
      where: { backend: { appId: app.id } },
      select: { backendId: true, key: true },
      orderBy: { key: 'asc' },
    }),
    db.app.count({
      where: {
        id: { not: app.id },
        primaryServerId: app.primaryServerId,
        databaseEngine: app.databaseEngine,
        loadBalancer: { enabled: true },
        backends: { some: { role: 'replica', desired: { not: 'removed' } } },
      },
    }),
    readDeclared(db, fleet),
  ]);
  return {
    appliedFront: applied?.content ?? null,
    appliedStreams: applied?.streams ?? null,
    declared,
    liveCommit: release?.commit ?? null,
    environmentKeys: variables.map((variable) => variable.key),
    backendKeys: new Map(
      fleet.backends.map(({ id }) => [
        id,
        ofBackends.filter(({ backendId }) => backendId === id).map(({ key }) => key),
      ]),
    ),
    databaseListens: app.databaseEngine !== 'none' && neighbours > 0,
  };
}
