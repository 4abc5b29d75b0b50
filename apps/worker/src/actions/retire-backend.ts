import { announce } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { type Fleet, provenState, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { noBackendFiles } from './backend-file.ts';

/** How long a server has to answer at all (milliseconds). */
const firstWordMs = 15_000;

/** Everything of the app leaves one server: Nginx file, processes, releases, environment, user, rules. The front has to be without it already. */
export async function retireBackend(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
): Promise<void> {
  const { app } = fleet;
  const server = serverOf(fleet, backend.serverId);
  const client = await run.worker.hosts.client(server);
  const options = { fence: run.fence(server.id), signal: step.signal };
  // A server that is gone for good is told apart soon; a slow one has all its time after this.
  const fault = await client.call('hello', {}, { timeoutMs: firstWordMs, signal: step.signal }).then(
    () => null,
    (error: unknown) => error,
  );
  if (fault !== null) {
    if (!isAbandoned(run, backend) || !isSilence(fault)) throw fault;
    return step.skip(
      `${server.name} does not answer. What Fairlead put there stays until somebody deletes it.`,
    );
  }
  await client.call('nginx.apply', { files: noBackendFiles(fleet, backend) }, options);
  step.progress(0.3, 'Nginx no longer answers for it');
  const { removed } = await client.call('app.remove', { app: app.slug }, options);
  step.progress(0.8, 'Processes and files are gone');
  const rules = provenState(fleet).firewall.find(({ serverId }) => serverId === server.id)?.rules ?? [];
  const firewall = await client.call('firewall.set', { app: app.slug, rules }, options);
  for (const path of removed) step.note(`removed ${path}`);
  step.outcome(`${removed.length} things and ${firewall.removed} rules removed.`);
}

/** Whether somebody asked to forget this backend, whatever its server says. */
function isAbandoned({ operation }: Run, { id }: Backend): boolean {
  const { abandon } = (operation.input ?? {}) as { abandon?: unknown };
  return operation.backendId === id && abandon === true;
}

/** Nobody there, or another machine: not a server that answers and refuses. */
function isSilence(fault: unknown): boolean {
  return fault instanceof AppError && /^(?:connection-|dns-failed$|host-key-changed$)/.test(fault.code);
}

/** Forgets a backend that has been retired. */
export async function forgetBackend(run: Run, backend: Backend): Promise<void> {
  await run.worker.prisma.$transaction(async (tx) => {
    await tx.backend.deleteMany({ where: { id: backend.id } });
    await announce(tx, run.claim.organizationId, 'backend', backend.id);
    await announce(tx, run.claim.organizationId, 'app', backend.appId);
  });
}
