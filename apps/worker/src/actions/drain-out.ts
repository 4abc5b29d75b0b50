import type { Backend } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import { drainBackend } from './drain-backend.ts';
import { inTransaction, moveBackend } from './move.ts';

/**
 * Waits for the last requests on every backend that has just left the upstream. One that is only switched off is `disabled` then; the wait for it ends
 * early when somebody asks for something else of the app. One that leaves for good is waited for to the limit, as its processes will be stopped.
 */
export async function drainOut(run: Run, fleet: Fleet): Promise<void> {
  const out = fleet.backends.filter(({ state }) => state === 'draining' || state === 'removing');
  await inParallel(out, (backend) => drain(run, fleet, backend));
}

async function drain(run: Run, fleet: Fleet, backend: Backend): Promise<void> {
  const server = serverOf(fleet, backend.serverId);
  const name = {
    key: `drain:${backend.id}`,
    title: `Wait for requests on ${server.name}`,
    serverId: server.id,
  };
  const isLeaving = backend.state === 'removing';
  await run.step(name, (step) =>
    drainBackend(run, step, fleet, backend, isLeaving ? undefined : async () => !(await isAskedForMore(run))),
  );
  if (isLeaving) return;
  await inTransaction(run, async (tx) => {
    const now = await tx.backend.findUnique({ where: { id: backend.id }, select: { state: true } });
    if (now?.state === 'draining') await moveBackend(run, tx, backend.id, 'disabled');
  });
}

async function isAskedForMore(run: Run): Promise<boolean> {
  const { appId } = run.operation;
  return (await run.worker.prisma.operation.count({ where: { appId, status: 'queued' } })) > 0;
}
