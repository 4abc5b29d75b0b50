import { buildOf, type Colour, colourPort, hasProcess, type Runtime } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { type HostInput, type HostResult, hostCall } from '@fairlead/remote';
import { type Fleet, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { untilHandedOver } from '../runtime/until-handed-over.ts';
import { applyBackendFile } from './backend-file.ts';
import type { BuiltRollout } from './backend-rollout.ts';

/** How long a process has to end after SIGTERM (milliseconds). */
export const stopTimeoutMs = 15_000;

/** The one that visitors are not led to. */
export const otherColour = (colour: string | null): Colour => (colour === 'blue' ? 'green' : 'blue');

/** What a server needs to know to start a build as a colour. */
export function startInput({ app }: Fleet, buildId: string, colour: Colour): HostInput<'release.start'> {
  return {
    app: app.slug,
    releaseId: buildId,
    runtime: app.runtime as Runtime,
    colour,
    port: colourPort(app.slot, colour),
    startCommand: app.startCommand,
    ...(app.containerPort === null ? {} : { containerPort: app.containerPort }),
    healthPath: app.healthPath,
    timeoutMs: app.startTimeoutMs,
  };
}

/**
 * Starts a release beside what serves and waits until it answers healthy on its own local port; one that serves already, unchanged, goes on. Answers
 * its colour; null for PHP and static apps, which have no process of their own.
 */
export async function startRelease(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  { backend, release, isUnchanged, colours, start }: BuiltRollout,
): Promise<Colour | null> {
  const { app } = fleet;
  if (!hasProcess(app.runtime)) return null;
  const early = await start?.();
  if (early !== undefined && early.occupied !== true) {
    return noted(step, otherColour(backend.colour), early);
  }
  const server = serverOf(fleet, backend.serverId);
  const client = await run.worker.hosts.client(server);
  const fence = run.fence(server.id);
  // A process that serves is never started anew in its place: the same build with another environment gets the other colour.
  const mayServeOn = isUnchanged || backend.releaseId === release.id;
  const running = colours.find(
    (seen) =>
      seen.active && seen.releaseId === buildOf(release) && (mayServeOn || seen.colour !== backend.colour),
  );
  const colour = running?.colour ?? otherColour(backend.colour);
  const inTheWay = colours.find((seen) => seen.colour === colour && seen.active && seen !== running);
  if (inTheWay !== undefined && backend.colour !== null) {
    // Left over from an attempt that was cut off, maybe between switching and recording: make sure that it serves nobody.
    await applyBackendFile(run, fleet, backend, backend.colour);
  }
  const started = await client.call(
    'release.start',
    startInput(fleet, buildOf(release), colour),
    // A start that nobody waited for would leave a process behind.
    { fence, signal: untilHandedOver(run), onLog: (log) => step.output(log.stream, log.text) },
  );
  return noted(step, colour, started);
}

function noted(
  step: StepTools,
  colour: Colour,
  { started, healthyAfterMs }: HostResult<'release.start'>,
): Colour {
  step.note(started ? `${colour} answers after ${Math.round(healthyAfterMs)} ms` : `${colour} runs already`);
  return colour;
}

/** Stops a colour that nobody is sent to any more: after its last connection, or at the limit. */
export async function retireColour(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  colour: string,
  drainTimeoutMs: number,
): Promise<{ remaining: number }> {
  const { app } = fleet;
  const client = await run.worker.hosts.client(serverOf(fleet, backend.serverId));
  const port = colourPort(app.slot, colour as Colour);
  const [{ remaining }] = await client.sequence(
    [
      hostCall('nginx.drain', { address: '127.0.0.1', port, timeoutMs: drainTimeoutMs }),
      hostCall('release.stop', { app: app.slug, colour: colour as Colour, timeoutMs: stopTimeoutMs }),
    ],
    { fence: run.fence(backend.serverId) },
  );
  return { remaining };
}
