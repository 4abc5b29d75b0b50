import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { idSchema } from '../fields/text.ts';
import { loadFleet } from '../fleet.ts';
import { parseInput } from '../input.ts';
import type { PlanView } from '../load-balancer/plan-view.ts';
import { tenant } from '../tenant.ts';
import { readDeclared } from './declared.ts';
import { planOf } from './plan-of.ts';
import { knownProcesses } from './processes-of.ts';
import { proposeProcesses } from './propose.ts';
import { queueNotes } from './queue-notes.ts';
import { processPlanBody } from './schemas.ts';

/** What a change of the app's processes would do to each server. Writes nothing; refuses what accepting the change would refuse. */
export const planProcesses: UseCase<unknown, PlanView> = async (ctx, actor, input) => {
  authorize(actor, 'process.plan');
  const { appId: rawAppId, ...rawIntent } = (input ?? {}) as Record<string, unknown>;
  const appId = parseInput(idSchema, rawAppId);
  const intent = parseInput(processPlanBody, rawIntent);
  const db = tenant(ctx, actor);
  const before = await loadFleet(db, appId);
  const declared = await readDeclared(db, before);
  const processes = proposeProcesses(before, declared, intent);
  const settings = (known: unknown) =>
    knownProcesses({ processes: known as never }, declared).map((process) => process.settings);
  const plan = planOf(before, settings(before.app.processes), settings(processes), ctx.clock());
  return { ...plan, notes: [...plan.notes, ...(await queueNotes(ctx, actor, before, intent))] };
};
