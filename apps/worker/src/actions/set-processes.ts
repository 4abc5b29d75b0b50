import {
  announce,
  buildOf,
  hostProcess,
  knownProcesses,
  type ProcessSettings,
  processesAt,
  type SeenProcess,
  seenOf,
  withLastRuns,
} from '@fairlead/core';
import { type Backend, Prisma } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { untilHandedOver } from '../runtime/until-handed-over.ts';
import { environmentOf } from './environment.ts';

/** How long a worker has to run without a break before it counts as up (milliseconds). */
const settleMs = 3_000;
/** How long workers have until all have run for that long (milliseconds). */
const timeoutMs = 60_000;

/** Which processes a release runs beside it: those that are in place, and those that its own commit declares. */
export async function processesOf(
  run: Run,
  fleet: Fleet,
  releaseId: string | null,
): Promise<ProcessSettings[]> {
  if (releaseId === null) return [];
  const release = await run.worker.prisma.release.findUnique({
    where: { id: releaseId },
    select: { deployment: { select: { processes: true } } },
  });
  const known = knownProcesses({ processes: fleet.app.processesProven }, release?.deployment.processes ?? []);
  return known.map(({ settings }) => settings);
}

/** Whether a backend has processes, or is to have some. */
export async function hasProcesses(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  processes: readonly ProcessSettings[],
): Promise<boolean> {
  if (processesAt(processes, fleet.backends, backend.id).length > 0) return true;
  const { processes: seen } = await rowOf(run, backend);
  return seen !== null;
}

function rowOf(run: Run, { id }: Backend) {
  return run.worker.prisma.backend.findUniqueOrThrow({
    where: { id },
    select: { processes: true, releaseId: true },
  });
}

/**
 * Exactly those of these processes run on a backend that belong there, from this release; workers that were started stay up.
 * @param releaseId null: none of them
 */
export async function setProcesses(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
  releaseId: string | null,
  processes: readonly ProcessSettings[],
): Promise<void> {
  const { prisma } = run.worker;
  const wanted = releaseId === null ? [] : processesAt(processes, fleet.backends, backend.id);
  if (!(await hasProcesses(run, fleet, backend, wanted))) return step.skip('It has none.');
  // Before the first is put there: what is there is taken away even if this attempt is cut off.
  await prisma.backend.updateMany({
    where: { id: backend.id, processes: { equals: Prisma.AnyNull } },
    data: { processes: [] },
  });
  await environmentOf(run, fleet, backend);
  const release =
    releaseId === null ? null : await prisma.release.findUniqueOrThrow({ where: { id: releaseId } });
  const client = await run.worker.hosts.client(serverOf(fleet, backend.serverId));
  const set = await client.call(
    'process.set',
    {
      app: fleet.app.slug,
      releaseId: release === null ? null : buildOf(release),
      processes: wanted.map(hostProcess),
      settleMs,
      timeoutMs,
    },
    { fence: run.fence(backend.serverId), signal: untilHandedOver(run) },
  );
  await rememberProcesses(run.worker, fleet.app, backend.id, set.processes);
  for (const unit of set.stopped) step.note(`${unit} stopped`);
  for (const unit of set.started) step.note(`${unit} started`);
  step.outcome(
    set.started.length + set.stopped.length === 0
      ? 'All run as they should.'
      : `${set.started.length} started, ${set.stopped.length} ended.`,
  );
}

/** Keeps what was seen of a backend's processes; an empty look means that there are none. */
export async function rememberProcesses(
  { prisma, clock }: Pick<Run['worker'], 'prisma' | 'clock'>,
  app: { organizationId: string },
  backendId: string,
  seen: readonly SeenProcess[],
): Promise<void> {
  await prisma.$transaction(async (tx) => {
    const backend = await tx.backend.findUnique({ where: { id: backendId } });
    if (backend === null) return;
    const processes = withLastRuns(seen, seenOf(backend)) as unknown as object[];
    await tx.backend.update({
      where: { id: backendId },
      data: { processes: processes.length === 0 ? Prisma.DbNull : processes, processesSeenAt: clock() },
    });
    await announce(tx, app.organizationId, 'backend', backendId);
  });
}
