import { announce, type ProcessSettings, processesAt, seenOf } from '@fairlead/core';
import type { Backend, Prisma } from '@fairlead/db';
import { inTransaction } from '../actions/move.ts';
import { prepareMachine } from '../actions/prepare-machine.ts';
import { hasProcesses, processesOf, setProcesses } from '../actions/set-processes.ts';
import { type Fleet, presentBackends, requireFleet, serverOf } from '../fleet.ts';
import { needsOf } from '../hosts/needs.ts';
import { inParallel, settleAll } from '../runtime/parallel.ts';
import type { Handler, Run } from '../runtime/run.ts';

/** Makes an app's workers and cron entries what they should be, on every backend that serves; nothing is deployed. */
export const applyProcesses: Handler = async (worker, operation) => {
  const fleet = await requireFleet(worker, operation.appId);
  let asked = fleet.app.processes;
  return {
    servers: serving(fleet).map(({ serverId }) => serverId),
    run: async (run) => {
      const now = await requireFleet(worker, operation.appId);
      asked = now.app.processes;
      await apply(run, wantedFleet(now), serving(now));
    },
    failed: (run) => takeBack(run, asked),
  };
};

function serving(fleet: Fleet): Backend[] {
  return presentBackends(fleet).filter(({ releaseId }) => releaseId !== null);
}

/** As it is once what is asked for is in place. */
function wantedFleet(fleet: Fleet): Fleet {
  return { ...fleet, app: { ...fleet.app, processesProven: fleet.app.processes } };
}

async function apply(run: Run, fleet: Fleet, backends: readonly Backend[]): Promise<void> {
  const concerned = await concernedOf(run, fleet, backends);
  await inParallel(concerned, ({ backend: { serverId } }) =>
    prepareMachine(run, serverOf(fleet, serverId), needsOf(fleet.app, serverId, true)),
  );
  // What belongs on one backend ends where it was before it starts where it is to be.
  await inParallel(concerned.filter(losesAny(fleet)), (one) =>
    set(run, fleet, one, 'leave', remaining(fleet, one)),
  );
  await inParallel(concerned, (one) => set(run, fleet, one, 'processes', one.processes));
  await remember(run, fleet);
}

interface Concerned {
  backend: Backend;
  processes: ProcessSettings[];
}

async function concernedOf(run: Run, fleet: Fleet, backends: readonly Backend[]): Promise<Concerned[]> {
  const found: Concerned[] = [];
  for (const backend of backends) {
    const processes = await processesOf(run, fleet, backend.releaseId);
    if (await hasProcesses(run, fleet, backend, processes)) found.push({ backend, processes });
  }
  return found;
}

/** What is there and is to stay. */
function remaining(fleet: Fleet, { backend, processes }: Concerned): ProcessSettings[] {
  const there = seenOf(backend).map(({ name }) => name);
  return processesAt(processes, fleet.backends, backend.id).filter(({ name }) => there.includes(name));
}

function losesAny(fleet: Fleet) {
  return (one: Concerned) => remaining(fleet, one).length < seenOf(one.backend).length;
}

function set(
  run: Run,
  fleet: Fleet,
  { backend }: Concerned,
  key: 'leave' | 'processes',
  processes: readonly ProcessSettings[],
): Promise<void> {
  const server = serverOf(fleet, backend.serverId);
  const title = key === 'leave' ? `End what leaves ${server.name}` : `Set the processes on ${server.name}`;
  return run.step({ key: `${key}:${backend.id}`, title, serverId: server.id }, (step) =>
    setProcesses(run, step, fleet, backend, backend.releaseId, processes),
  );
}

async function remember(run: Run, { app }: Fleet): Promise<void> {
  await inTransaction(run, async (tx) => {
    await tx.app.update({
      where: { id: app.id },
      data: { processesProven: app.processesProven as Prisma.InputJsonValue },
    });
    await announce(tx, app.organizationId, 'app', app.id);
  });
}

/** What was in place before is in place again, and wanted again unless somebody asked for something else meanwhile. */
async function takeBack(run: Run, asked: Prisma.JsonValue): Promise<void> {
  const fleet = await requireFleet(run.worker, run.operation.appId);
  const { app } = fleet;
  await inTransaction(run, async (tx) => {
    const now = await tx.app.findUniqueOrThrow({ where: { id: app.id } });
    if (JSON.stringify(now.processes) !== JSON.stringify(asked)) return;
    await tx.app.update({
      where: { id: app.id },
      data: { processes: app.processesProven as Prisma.InputJsonValue },
    });
    await announce(tx, app.organizationId, 'app', app.id);
  });
  const outcomes = await settleAll(
    await concernedOf(run, fleet, serving(fleet)),
    ({ backend, processes }) => {
      const server = serverOf(fleet, backend.serverId);
      const name = { key: `put-back:${backend.id}`, title: `Put the processes back on ${server.name}` };
      return run.tidy({ ...name, serverId: server.id }, (step) =>
        setProcesses(run, step, fleet, backend, backend.releaseId, processes),
      );
    },
  );
  for (const outcome of outcomes) {
    if (!outcome.ok)
      run.worker.log.warn({ error: outcome.error, operationId: run.operation.id }, 'not put back');
  }
}
