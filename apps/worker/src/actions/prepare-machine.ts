import type { ServerStatus } from '@fairlead/core';
import type { Server } from '@fairlead/db';
import { AppError, toAppError } from '@fairlead/errors';
import { factsOf, missingFrom, type Needs, widened } from '../hosts/needs.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { inTransaction, moveServer } from './move.ts';
import { readFacts } from './read-facts.ts';

/**
 * Makes a machine ready for what an app needs there. One that is ready already is left alone. `server`: as it is since the operation has it to itself. Answers
 * whether anything was done, after which the row is another.
 */
export async function prepareMachine(run: Run, server: Server, needs: Needs): Promise<boolean> {
  const name = { key: `prepare:${server.id}`, title: `Prepare ${server.name}`, serverId: server.id };
  return run.step(name, async (step) => {
    if (server.preparedAt !== null && missingFrom(factsOf(server), needs).length === 0 && isSettled(server)) {
      step.skip('It has all it needs.');
      return false;
    }
    await preparing(run, server, async () => {
      await runAnsible(run, step, server, needs);
      const { facts, data } = await readFacts(run.worker, server);
      const missing = missingFrom(facts, needs);
      if (missing.length > 0) throw stillMissing(server, missing);
      await becomeReady(run, server.id, data);
    });
    return true;
  });
}

/** A check that runs beside this operation says nothing against a machine that was ready before it. */
function isSettled({ status }: Server): boolean {
  return status === 'ready' || status === 'checking';
}

/** The preparation itself: from `preparing` to `ready`, or to the status that says what is wrong. */
export async function preparing(run: Run, server: Server, work: () => Promise<void>): Promise<void> {
  await inTransaction(run, (tx) => moveServer(run, tx, server.id, 'preparing'));
  try {
    await work();
  } catch (error) {
    // Whoever takes the operation over finds it `preparing` and goes on from there.
    if (!run.isHandedOver())
      await inTransaction(run, (tx) => moveServer(run, tx, server.id, statusAfter(error)));
    throw error;
  }
}

export async function becomeReady(
  run: Run,
  serverId: string,
  data: Awaited<ReturnType<typeof readFacts>>['data'],
): Promise<void> {
  await inTransaction(run, (tx) =>
    moveServer(run, tx, serverId, 'ready', { ...data, preparedAt: run.worker.clock() }),
  );
}

/** Runs the playbook, each of its tasks a line of the step's log. */
export async function runAnsible(run: Run, step: StepTools, server: Server, needs: Needs): Promise<void> {
  const { hosts, preparation, prisma } = run.worker;
  const { publicKey } = await prisma.sshKey.findUniqueOrThrow({
    where: { organizationId: server.organizationId },
  });
  const wanted = widened(factsOf(server), needs);
  const listener = {
    play: (name: string) => step.note(name),
    task: (name: string, status: string) => {
      if (status === 'started') step.progress(null, name);
      else if (status !== 'skipped') step.output('stdout', `${status.padEnd(7)} ${name}`);
    },
  };
  const result = await preparation.run(await hosts.target(server), wanted, publicKey, listener, step.signal);
  // The program on the machine may have been replaced: the next call starts the new one.
  if (result.changed > 0) hosts.pool.disconnect(server.id);
  step.outcome(result.changed === 0 ? 'Nothing had to be changed.' : `${result.changed} changes.`);
}

function statusAfter(error: unknown): ServerStatus {
  const { code } = toAppError(error);
  if (code === 'host-key-changed') return 'host_key_changed';
  return code.startsWith('connection-') || code === 'dns-failed' ? 'unreachable' : 'failed';
}

function stillMissing(server: Server, missing: string[]): AppError {
  return new AppError('ansible-failed', `${server.name} was prepared but lacks ${missing.join(', ')}.`, {
    server: server.name,
    hint: 'Prepare the server again and look at the log of that operation.',
    details: { missing },
  });
}
