import type { Colour } from '@fairlead/core';
import { type Fleet, serverOf } from '../fleet.ts';
import { inParallel, type Outcome, settleAll, throwFailures } from '../runtime/parallel.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { Stopped } from '../runtime/stop-reason.ts';
import { type BuiltRollout, isSwitched, type Rollout, type Started, switches } from './backend-rollout.ts';
import { chooseBatch } from './choose-batch.ts';
import { drainTimeoutMs } from './drain-backend.ts';
import { leadBack, leadPast } from './lead-past.ts';
import { servedBuild } from './release-keys.ts';
import { beforeOf } from './releases.ts';
import { bringProcesses, putProcessesBack } from './roll-processes.ts';
import { retireColour, startInput, startRelease } from './start-release.ts';
import { switchBack, switchBackend } from './switch-backend.ts';

/**
 * Brings built releases into service: every backend proves the release beside what serves, then they switch batch by batch, each of which the balancer has to
 * find healthy before the next. At the first that fails, those that had switched are put back, or stay where the app says so. The old processes are left for
 * {@link retireOldOn}.
 */
export async function rollOut(run: Run, fleet: Fleet, rollouts: readonly BuiltRollout[]): Promise<Started[]> {
  const started = await startAll(run, fleet, rollouts);
  await switchAll(run, fleet, started);
  return started;
}

/** The same for one backend that serves nobody yet; built, started and switched in one go. */
export async function bringIn(run: Run, fleet: Fleet, rollout: BuiltRollout): Promise<void> {
  await run.step(stepName(fleet, rollout, 'release', 'Start the release on'), async (step) => {
    const colour = await startRelease(run, step, fleet, rollout);
    const started = { ...rollout, colour };
    await switchBackend(run, step, fleet, started);
    await retireOld(run, step, fleet, started);
  });
  await bringProcesses(run, fleet, rollout.backend, rollout.release.id);
}

async function startAll(run: Run, fleet: Fleet, rollouts: readonly BuiltRollout[]): Promise<Started[]> {
  const outcomes = await settleAll(rollouts, (rollout) =>
    run.step(stepName(fleet, rollout, 'release', 'Start the release on'), async (step) => ({
      ...rollout,
      colour: await startRelease(run, step, fleet, rollout),
    })),
  );
  if (outcomes.every((outcome) => outcome.ok)) return outcomes.map((outcome) => outcome.value);
  // What an earlier attempt had switched serves: the failed deployment puts it back.
  await undo(run, outcomes, async (started) => {
    if (!isSwitched(started)) await stopNew(run, fleet, started);
  });
  return throwFailures(outcomes);
}

async function switchAll(run: Run, fleet: Fleet, started: readonly Started[]): Promise<void> {
  const switched: Started[] = [];
  for (let number = 1; switched.length < started.length; number += 1) {
    const waiting = started.filter((one) => !switched.includes(one));
    const [outcome] = await settleAll([number], () => chooseBatch(run, fleet, number, waiting, switched));
    if (!outcome?.ok) return giveUp(run, fleet, [outcome as Outcome<unknown, never>], switched, [], waiting);
    const batch = outcome.value;
    const [out] = await settleAll([batch], () => leadPast(run, fleet, number, batch.filter(switches)));
    if (!out?.ok) return giveUp(run, fleet, [out as Outcome<unknown, never>], switched, [], waiting);
    const outcomes = await settleAll(batch, (one) => switchOne(run, fleet, one));
    const failed = failedOf(outcomes);
    const rest = waiting.filter((one) => !batch.includes(one));
    if (failed.length > 0) {
      const good = batch.filter((one) => !failed.includes(one));
      return giveUp(run, fleet, outcomes, [...switched, ...good], failed, rest);
    }
    const [back] = await settleAll([out.value], (held) => leadBack(run, fleet, number, held));
    if (!back?.ok) {
      return giveUp(run, fleet, [back as Outcome<unknown, never>], [...switched, ...batch], [], rest);
    }
    // Visitors wait for no worker that takes its time to end.
    const brought = await settleAll(batch, (one) => bringProcesses(run, fleet, one.backend, one.release.id));
    const broken = failedOf(brought);
    switched.push(...batch.filter((one) => !broken.includes(one)));
    if (broken.length > 0) return giveUp(run, fleet, brought, switched, broken, rest);
  }
  // All serve it: what is left is tidying up, and is done.
  const [last] = await settleAll([run], async () => run.passCancellation());
  if (!last?.ok) await giveUp(run, fleet, [last as Outcome<unknown, never>], switched, [], []);
}

function failedOf(outcomes: readonly Outcome<Started, unknown>[]): Started[] {
  return outcomes.flatMap((one) => (one.ok ? [] : [one.item]));
}

function switchOne(run: Run, fleet: Fleet, one: Started): Promise<void> {
  return run.step(stepName(fleet, one, 'switch', 'Switch to the release on'), (step) =>
    switchBackend(run, step, fleet, one),
  );
}

/** After a failure: one whose switch failed may be switched all the same, as its Nginx was, and the balancer's look at it or its processes failed. */
async function giveUp(
  run: Run,
  fleet: Fleet,
  outcomes: readonly Outcome<unknown, unknown>[],
  switched: readonly Started[],
  failed: readonly Started[],
  waiting: readonly Started[],
): Promise<never> {
  const isCancelled = outcomes.some((one) => !one.ok && one.error instanceof Stopped);
  const stay = fleet.app.rolloutFailure === 'stop' && !isCancelled ? switched : [];
  const leave = [...switched, ...failed].filter((one) => !stay.includes(one));
  const all = (list: readonly Started[]) => list.map((item) => ({ item, ok: true as const, value: item }));
  await undo(run, all(leave), (one) => putBack(run, fleet, one));
  await undo(run, all(waiting), async (one) => {
    if (!isSwitched(one)) await stopNew(run, fleet, one);
  });
  if (!run.isHandedOver()) await retireOldOn(run, fleet, stay);
  return throwFailures(outcomes);
}

/**
 * After a deployment that failed: what an earlier attempt at it had begun before it was cut off goes, too. Every backend leads to what the books say, or said before
 * that attempt switched it; if that was ended since then, it is started anew.
 */
export async function putBackEarlier(run: Run, fleet: Fleet, deploymentId: string): Promise<void> {
  if (run.claim.attempt === 1) return;
  const releases = await run.worker.prisma.release.findMany({ where: { deploymentId } });
  const begun = fleet.backends.flatMap((backend) => {
    const release = releases.find(({ backendId }) => backendId === backend.id);
    return release === undefined ? [] : [{ item: backend, ok: true as const, value: { backend, release } }];
  });
  await undo(run, begun, async ({ backend, release }) => {
    const before = beforeOf(backend, release);
    const client = await run.worker.hosts.client(serverOf(fleet, backend.serverId));
    const { colours } = await client.call('release.observe', { app: fleet.app.slug });
    const active = colours.filter((seen) => seen.active).map(({ colour }) => colour);
    const build = await servedBuild(run, before.releaseId);
    if (build !== null && before.colour !== null && !active.includes(before.colour as Colour)) {
      const input = startInput(fleet, build, before.colour as Colour);
      await client.call('release.start', input, { fence: run.fence(backend.serverId) });
    }
    const colour = active.find((one) => one !== before.colour) ?? null;
    const known = { builder: null, isUnchanged: false, declaration: null, start: null };
    await putBack(run, fleet, { backend, release, before, colour, colours, ...known });
  });
}

async function putBack(run: Run, fleet: Fleet, one: Started): Promise<void> {
  await run.tidy(stepName(fleet, one, 'put-back', 'Put the earlier release back on'), async (step) => {
    await switchBack(run, fleet, one.backend, one.before);
    // Visitors came to it: the last of them are answered first.
    await stopNew(run, fleet, one, drainTimeoutMs);
    step.outcome(one.before.releaseId === null ? 'Nothing served there before.' : 'It serves again.');
  });
  await putProcessesBack(run, fleet, one.backend, one.before.releaseId);
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

async function stopNew(
  run: Run,
  fleet: Fleet,
  { backend, before, colour }: Started,
  timeoutMs = 0,
): Promise<void> {
  if (colour === null || colour === before.colour) return;
  await retireColour(run, fleet, backend, colour, timeoutMs);
}

/** Processes that nobody is sent to any more end. */
export async function retireOldOn(run: Run, fleet: Fleet, started: readonly Started[]): Promise<void> {
  await inParallel(started, (one) =>
    run.step(stepName(fleet, one, 'finish', 'Stop the old release on'), (step) =>
      retireOld(run, step, fleet, one),
    ),
  );
}

async function retireOld(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  { backend, colour, colours }: Started,
): Promise<void> {
  if (colour === null) return;
  for (const old of colours.filter((seen) => seen.active && seen.colour !== colour)) {
    const { remaining } = await retireColour(run, fleet, backend, old.colour, drainTimeoutMs);
    step.note(
      remaining === 0 ? `${old.colour} stopped` : `${old.colour} stopped with ${remaining} connections open`,
    );
  }
}

function stepName(fleet: Fleet, { backend }: Rollout, key: string, title: string) {
  const server = serverOf(fleet, backend.serverId);
  return { key: `${key}:${backend.id}`, title: `${title} ${server.name}`, serverId: server.id };
}
