import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { loadFleet } from '../fleet.ts';
import { invalidInput, missingReference, parseInput } from '../input.ts';
import { accept } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { lockApp, tenant } from '../tenant.ts';
import { readDeclared, readDeclaredAt } from './declared.ts';
import { knownProcesses } from './processes-of.ts';
import { runCommandInput } from './schemas.ts';
import { refuseSecrets } from './secret-in-command.ts';

const shownCommand = 80;

/** Runs a command once on one backend, in the release that it serves and with the app's environment. Each request is a run of its own. */
export const runCommand: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'process.run');
  const { appId, idempotencyKey, backendId, ...asked } = parseInput(runCommandInput, input);
  if ((asked.name === undefined) === (asked.command === undefined)) {
    throw invalidInput([{ path: 'command', message: 'Give a command, or the name of one of the app’s.' }]);
  }
  const db = tenant(ctx, actor);
  const fleet = await loadFleet(db, appId);
  const declared = (await readDeclaredAt(db, fleet)).get(backendId) ?? (await readDeclared(db, fleet));
  const known = knownProcesses(fleet.app, declared).map(({ settings }) => settings);
  const named = known.find(({ name, kind }) => name === asked.name && kind === 'command');
  if (asked.name !== undefined && named?.kind !== 'command') throw missingReference('name', 'command');
  const command = asked.command ?? named?.command ?? '';
  await refuseSecrets(ctx, fleet.app, command, 'command');
  const ofNamed = named?.kind === 'command' ? named : null;
  const told = {
    ...(asked.name === undefined ? {} : { name: asked.name }),
    command,
    timeLimitSeconds: asked.timeLimitSeconds ?? ofNamed?.timeLimitSeconds ?? 3_600,
    memoryMib: ofNamed?.memoryMib ?? null,
  };
  const request = { kind: 'process.run' as const, idempotencyKey, input: { appId, backendId, ...told } };
  return accept(ctx, actor, request, async (tx) => {
    await lockApp(tx, actor, appId);
    const { app, backends, servers } = await loadFleet(tx, appId);
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    const backend = backends.find(({ id, desired }) => id === backendId && desired !== 'removed');
    if (backend === undefined) throw missingReference('backendId', 'backend');
    const server = servers.find(({ id }) => id === backend.serverId)?.name ?? 'a server';
    if (backend.releaseId === null) {
      throw new AppError('conflict', `${server} serves no release of this app yet.`, {
        hint: 'Deploy it first.',
      });
    }
    const subject = { type: 'app' as const, id: appId, name: app.name };
    const shown = command.length > shownCommand ? `${command.slice(0, shownCommand)}…` : command;
    return { start: { ...request, title: `Run “${shown}” on ${server}`, subject, appId, backendId } };
  });
};
