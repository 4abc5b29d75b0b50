import type { Backend } from '@fairlead/db';
import { type Fleet, presentBackends, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import { hasProcesses, processesOf, setProcesses } from './set-processes.ts';

/** The workers and cron entries of a backend go over to the release that it serves from now on. */
export async function bringProcesses(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  releaseId: string,
): Promise<void> {
  const processes = await processesOf(run, fleet, releaseId);
  if (!(await hasProcesses(run, fleet, backend, processes))) return;
  await run.step(stepName(fleet, backend, 'Start the processes on'), (step) =>
    setProcesses(run, step, fleet, backend, releaseId, processes),
  );
}

/** They go back to what was served before; to none where nothing was. */
export async function putProcessesBack(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  releaseId: string | null,
): Promise<void> {
  const processes = await processesOf(run, fleet, releaseId);
  if (!(await hasProcesses(run, fleet, backend, processes))) return;
  const name = {
    ...stepName(fleet, backend, 'Put the processes back on'),
    key: `put-processes-back:${backend.id}`,
  };
  await run.tidy(name, (step) => setProcesses(run, step, fleet, backend, releaseId, processes));
}

/** Those of a release that was given up take no job any more, whatever becomes of the backend; what is put there next brings its own. */
export async function endProcesses(run: Run, fleet: Fleet, backend: Backend): Promise<void> {
  if (!(await hasProcesses(run, fleet, backend, []))) return;
  const name = { ...stepName(fleet, backend, 'End the processes on'), key: `end-processes:${backend.id}` };
  await run.step(name, (step) => setProcesses(run, step, fleet, backend, null, []));
}

/** What belongs on one backend goes on where it belongs now; those that left have ended their own before. */
export async function settleProcesses(run: Run, fleet: Fleet): Promise<void> {
  const serving = presentBackends(fleet).filter(({ releaseId }) => releaseId !== null);
  await inParallel(
    serving.filter(({ role }) => role === 'primary'),
    (backend) => bringProcesses(run, fleet, backend, backend.releaseId as string),
  );
}

function stepName(fleet: Fleet, backend: Backend, title: string) {
  const server = serverOf(fleet, backend.serverId);
  return { key: `processes:${backend.id}`, title: `${title} ${server.name}`, serverId: server.id };
}
