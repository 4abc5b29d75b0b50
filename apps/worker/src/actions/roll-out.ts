import type { Colour } from '@fairlead/core';
import type { Backend, Release } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';
import { inParallel, type Outcome, settleAll, throwFailures } from '../runtime/parallel.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { drainTimeoutMs } from './drain-backend.ts';
import { retireColour, startRelease } from './start-release.ts';
import { switchBack, switchBackend } from './switch-backend.ts';

/** One backend's part in a deployment. */
export interface Rollout {
  backend: Backend;
  release: Release;
  /** What the backend serves already is this very release, but for its name. */
  isUnchanged: boolean;
}

interface Started extends Rollout {
  colour: Colour | null;
}

/**
 * Brings built releases into service on all backends, or on none: every backend proves the release beside what serves, then all switch, and only when
 * all have switched the old processes end. A failure before that puts those back that had switched.
 */
export async function rollOut(run: Run, fleet: Fleet, rollouts: readonly Rollout[]): Promise<void> {
  const started = await startAll(run, fleet, rollouts);
  await switchAll(run, fleet, started);
  await inParallel(started, (one) =>
    run.step(stepName(fleet, one, 'finish', 'Stop the old release on'), (step) =>
      retireOld(run, step, fleet, one),
    ),
  );
}

/** The same for one backend that serves nobody yet; built, started and switched in one go. */
export async function bringIn(run: Run, fleet: Fleet, rollout: Rollout): Promise<void> {
  await run.step(stepName(fleet, rollout, 'release', 'Start the release on'), async (step) => {
    const colour = await startRelease(run, step, fleet, rollout);
    await switchBackend(run, step, fleet, rollout.backend, rollout.release, colour);
    await retireOld(run, step, fleet, { ...rollout, colour });
  });
}

async function startAll(run: Run, fleet: Fleet, rollouts: readonly Rollout[]): Promise<Started[]> {
  const outcomes = await settleAll(rollouts, (rollout) =>
    run.step(stepName(fleet, rollout, 'release', 'Start the release on'), async (step) => ({
      ...rollout,
      colour: await startRelease(run, step, fleet, rollout),
    })),
  );
  if (outcomes.every((outcome) => outcome.ok)) return outcomes.map((outcome) => outcome.value);
  await undo(run, outcomes, (started) => stopNew(run, fleet, started));
  return throwFailures(outcomes);
}

async function switchAll(run: Run, fleet: Fleet, started: readonly Started[]): Promise<void> {
  const outcomes = await settleAll(started, (one) =>
    run.step(stepName(fleet, one, 'switch', 'Switch to the release on'), async (step) => {
      await switchBackend(run, step, fleet, one.backend, one.release, one.colour);
      return one;
    }),
  );
  if (outcomes.every((outcome) => outcome.ok)) return;
  // One whose switch failed may be switched all the same: its Nginx was, and the balancer's look at it failed.
  const all = started.map((one) => ({ item: one, ok: true as const, value: one }));
  await undo(run, all, async (one) => {
    await switchBack(run, fleet, one.backend, one.backend);
    await stopNew(run, fleet, one);
  });
  throwFailures(outcomes);
}

/** Undoes what succeeded, unless another worker goes on from here. A backend that can't be reached now is put right by the next attempt. */
async function undo<T>(
  run: Run,
  outcomes: readonly Outcome<unknown, T>[],
  work: (value: T) => Promise<void>,
): Promise<void> {
  if (run.isHandedOver()) return;
  const done = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
  for (const result of await settleAll(done, work)) {
    if (!result.ok) run.worker.log.warn({ error: result.error, operationId: run.operation.id }, 'not undone');
  }
}

async function stopNew(run: Run, fleet: Fleet, { backend, colour }: Started): Promise<void> {
  if (colour === null || colour === backend.colour) return;
  await retireColour(run, fleet, backend, colour, 0);
}

async function retireOld(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  { backend, colour }: Started,
): Promise<void> {
  const client = await run.worker.hosts.client(serverOf(fleet, backend.serverId));
  if (colour !== null) {
    const { colours } = await client.call('release.observe', { app: fleet.app.slug });
    for (const old of colours.filter((seen) => seen.active && seen.colour !== colour)) {
      const { remaining } = await retireColour(run, fleet, backend, old.colour, drainTimeoutMs);
      step.note(
        remaining === 0
          ? `${old.colour} stopped`
          : `${old.colour} stopped with ${remaining} connections open`,
      );
    }
  }
}

function stepName(fleet: Fleet, { backend }: Rollout, key: string, title: string) {
  const server = serverOf(fleet, backend.serverId);
  return { key: `${key}:${backend.id}`, title: `${title} ${server.name}`, serverId: server.id };
}
