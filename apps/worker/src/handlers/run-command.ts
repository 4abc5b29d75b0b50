import { buildOf } from '@fairlead/core';
import type { Backend, Operation } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { environmentOf } from '../actions/environment.ts';
import { type Fleet, requireFleet, serverOf } from '../fleet.ts';
import type { Handler, Run, StepTools } from '../runtime/run.ts';
import { Stopped } from '../runtime/stop-reason.ts';

interface Asked {
  command: string;
  timeLimitSeconds: number;
  memoryMib: number | null;
}

/** Runs one command on one backend. It changes nothing of Fairlead’s there, so it waits for nobody, and nobody for it. */
export const runCommand: Handler = async (worker, operation) => {
  const fleet = await requireFleet(worker, operation.appId);
  const backend = fleet.backends.find(({ id }) => id === operation.backendId);
  if (backend === undefined) throw new AppError('not-found', 'This backend is gone.');
  return {
    servers: [],
    run: (run) => command(run, fleet, backend, askedOf(operation)),
    failed: (run, error) => end(run, fleet, backend, error),
  };
};

function askedOf({ input }: Operation): Asked {
  return input as unknown as Asked;
}

async function command(run: Run, fleet: Fleet, backend: Backend, asked: Asked): Promise<void> {
  const server = serverOf(fleet, backend.serverId);
  const name = { key: 'run', title: `Run the command on ${server.name}`, serverId: server.id };
  await run.step(name, (step) => runOnce(run, step, fleet, backend, asked));
}

async function runOnce(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
  { command, timeLimitSeconds, memoryMib }: Asked,
): Promise<void> {
  const { prisma, hosts } = run.worker;
  const { releaseId } = await prisma.backend.findUniqueOrThrow({ where: { id: backend.id } });
  if (releaseId === null) throw new AppError('conflict', 'This backend serves no release any more.');
  const release = await prisma.release.findUniqueOrThrow({ where: { id: releaseId } });
  await environmentOf(run, fleet, backend);
  step.note(`$ ${command}`);
  const client = await hosts.client(serverOf(fleet, backend.serverId));
  const ended = await client.call(
    'process.run',
    {
      app: fleet.app.slug,
      releaseId: buildOf(release),
      runId: run.operation.id,
      command,
      memoryMib,
      timeoutSeconds: timeLimitSeconds,
    },
    { signal: step.signal, onLog: (log) => step.output(log.stream, log.text) },
  );
  const took = `${(ended.durationMs / 1000).toFixed(1)} s`;
  if (ended.result !== 'success') throw failure(ended, timeLimitSeconds);
  step.outcome(`Exit code 0 after ${took}.`);
}

function failure({ result, exitCode }: { result: string; exitCode: number | null }, limit: number): AppError {
  const why: Record<string, string> = {
    timeout: `took longer than ${limit} s and was ended`,
    'oom-kill': 'was killed for memory',
    gone: 'was stopped on the server, which may have been started again',
    cancelled: 'was cancelled',
    signal: 'was killed by a signal',
  };
  return new AppError('command-failed', `The command ${why[result] ?? `ended with exit code ${exitCode}`}.`, {
    hint: 'Its output says why. What it had done by then stays done.',
    details: { exitCode, result },
  });
}

/** A command that was cancelled is ended; one whose worker went away goes on for the next one. */
async function end(run: Run, fleet: Fleet, backend: Backend, error: unknown): Promise<void> {
  if (!(error instanceof Stopped)) return;
  const server = serverOf(fleet, backend.serverId);
  const name = { key: 'end', title: `End the command on ${server.name}`, serverId: server.id };
  await run.tidy(name, async (step) => {
    const client = await run.worker.hosts.client(server);
    const { stopped } = await client.call('process.end', { app: fleet.app.slug, runId: run.operation.id });
    step.outcome(stopped ? 'It was ended.' : 'It did not run.');
  });
}
