import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { servedDeployment } from '../deployment/repeat.ts';
import { isProven } from '../desired.ts';
import { type Fleet, loadFleet } from '../fleet.ts';
import { parseInput } from '../input.ts';
import { readPlanFacts } from '../load-balancer/plan.ts';
import { buildPlan } from '../load-balancer/plan-build.ts';
import type { PlanNote, PlanView, ServerPlan } from '../load-balancer/plan-view.ts';
import { found, tenant } from '../tenant.ts';
import { endedFleet } from './ended-fleet.ts';
import { type CanaryEnd, planCanaryInput } from './schemas.ts';

/** What promoting or aborting a canary would do to each server. Writes nothing; refuses what accepting it would refuse. */
export const planCanary: UseCase<unknown, PlanView> = async (ctx, actor, input) => {
  authorize(actor, 'canary.plan');
  const { appId, deploymentId, action } = parseInput(planCanaryInput, input);
  const db = tenant(ctx, actor);
  const deployment = found(
    await db.deployment.findUnique({ where: { id: deploymentId, appId } }),
    'deployment',
  );
  if (deployment.status !== 'canary') {
    throw new AppError(
      'conflict',
      `Deployment #${deployment.number} is no canary to ${action}: it is ${deployment.status}.`,
    );
  }
  const fleet = await loadFleet(db, appId);
  const { commit } = action === 'promote' ? deployment : await servedDeployment(db, appId);
  const facts = {
    ...(await readPlanFacts(db, fleet)),
    given: null,
    foreign: null,
    turns: false,
    now: ctx.clock(),
  };
  const after = endedFleet(fleet, action);
  // As it is at the end: those that had it are given visitors again.
  const settled = { ...after, backends: after.backends.map((one) => ({ ...one, heldBack: null })) };
  const plan = buildPlan(fleet, settled, facts);
  const deploys = fleet.backends.filter((one) => isProven(one) && one.canary === (action === 'abort'));
  const servers = fleet.servers.flatMap(({ id, name }): ServerPlan[] => {
    const known = plan.servers.find(({ serverId }) => serverId === id);
    if (!deploys.some(({ serverId }) => serverId === id)) return known === undefined ? [] : [known];
    return [{ ...(known ?? untouched(id, name)), deploys: commit, reload: true }];
  });
  return { ...plan, servers, notes: [...notesOf(fleet, action), ...plan.notes] };
};

function untouched(serverId: string, name: string): ServerPlan {
  const lists = { files: [], firewall: [], grants: [], environment: [], restarts: [] };
  return { serverId, name, ...lists, deploys: null, prepares: false, reload: false };
}

function notesOf({ backends, servers }: Fleet, action: CanaryEnd): PlanNote[] {
  const names = backends
    .filter(({ canary }) => canary)
    .map(({ serverId }) => servers.find(({ id }) => id === serverId)?.name ?? 'a server')
    .join(', ');
  const text =
    action === 'promote'
      ? 'The other backends get the release and switch batch by batch, as in every roll-out. Visitors are parted until all have it.'
      : `Visitors are led past ${names} at once. The release before is put back there, found healthy, and given its share of the visitors again.`;
  return [{ level: 'info', text }];
}
