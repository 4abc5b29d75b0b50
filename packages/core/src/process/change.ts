import { isDeepStrictEqual } from 'node:util';
import type { App } from '@fairlead/db';
import { authorize } from '../authorize.ts';
import type { Actor, Context, UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { loadFleet } from '../fleet.ts';
import { parseInput } from '../input.ts';
import { accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { readDeclared } from './declared.ts';
import { proposeProcesses } from './propose.ts';
import { type ProcessIntent, removeProcessInput, setProcessInput } from './schemas.ts';
import { refuseSecrets } from './secret-in-command.ts';
import type { ProcessSettings } from './settings.ts';

export const kindNames = { worker: 'worker', cron: 'cron entry', command: 'command' } as const;

/** Declares a worker, cron entry or command, or changes one; what serves goes on, and nothing is deployed. */
export const setProcess: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'process.set');
  const { appId, idempotencyKey, name, process } = parseInput(setProcessInput, input);
  const settings: ProcessSettings = { name, ...process };
  await refuseSecrets(ctx, await appOf(ctx, actor, appId), settings.command, 'process.command');
  return change(ctx, actor, appId, { action: 'set-process', process: settings }, idempotencyKey);
};

/** Takes one away: its units, timers and files leave every backend. */
export const removeProcess: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'process.remove');
  const { appId, idempotencyKey, name } = parseInput(removeProcessInput, input);
  return change(ctx, actor, appId, { action: 'remove-process', name }, idempotencyKey);
};

async function appOf(ctx: Context, actor: Actor, id: string): Promise<App> {
  return found(await tenant(ctx, actor).app.findUnique({ where: { id } }), 'app');
}

async function change(
  ctx: Context,
  actor: Actor,
  appId: string,
  intent: ProcessIntent,
  idempotencyKey: string | undefined,
): Promise<{ operation: OperationView }> {
  const kind = intent.action === 'set-process' ? ('process.set' as const) : ('process.remove' as const);
  const request = { kind, idempotencyKey, input: { appId, ...intent } };
  return accept(ctx, actor, request, async (tx) => {
    await lockApp(tx, actor, appId);
    const fleet = await loadFleet(tx, appId);
    const active = await findActive(tx, { appId, kinds: [kind] });
    if (active !== null && isDeepStrictEqual(active.input, request.input)) return { same: active.id };
    const processes = proposeProcesses(fleet, await readDeclared(tx, fleet), intent);
    await tx.app.update({ where: { id: appId }, data: { processes } });
    await announce(tx, actor.organizationId, 'app', appId);
    const subject = { type: 'app' as const, id: appId, name: fleet.app.name };
    return { start: { ...request, title: titleOf(fleet.app.name, intent), subject, appId } };
  });
}

function titleOf(app: string, intent: ProcessIntent): string {
  if (intent.action === 'remove-process') return `Remove the process ${intent.name} of ${app}`;
  return `Set the ${kindNames[intent.process.kind]} ${intent.process.name} of ${app}`;
}
