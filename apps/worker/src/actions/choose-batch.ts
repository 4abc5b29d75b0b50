import { floorOf, nextBatch } from '@fairlead/core';
import { AppError } from '@fairlead/errors';
import { type Fleet, provenState, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import { type Started, switches } from './backend-rollout.ts';
import { isHealthyNow, probeBackend } from './probe-backend.ts';

/** How long a roll-out waits for backends to come back where its floor lets nobody switch, and between two looks (milliseconds). */
const floorWaitMs = 30_000;
const pauseMs = 1_000;

/**
 * Which of the waiting backends switch now. Those first that go on with what they serve, all at once; then, looked at from the balancer at this moment, as many
 * as leave the app's floor untouched. A backend that has switched and is not healthy any more ends the roll-out.
 * @throws AppError `never-healthy`; `conflict` where the floor lets nobody switch
 */
export async function chooseBatch(
  run: Run,
  fleet: Fleet,
  number: number,
  waiting: readonly Started[],
  switched: readonly Started[],
): Promise<Started[]> {
  const unchanged = waiting.filter((one) => !switches(one));
  if (unchanged.length > 0) return unchanged;
  if (waiting.length + switched.length === 1) return [...waiting];
  return run.step({ key: `batch:${number}`, title: `Choose batch ${number}` }, async (step) => {
    const enabled = enabledIn(fleet);
    await inParallel(
      switched.filter(({ backend }) => enabled.has(backend.id)),
      ({ backend }) => probeBackend(run, step, fleet, backend),
    );
    const until = Date.now() + floorWaitMs;
    for (;;) {
      const look = (list: readonly Started[]) =>
        inParallel(list, (one) => memberOf(run, fleet, enabled, one));
      const [ahead, done] = await Promise.all([look(waiting), look(switched)]);
      const batch = nextBatch(fleet.app, ahead, done).map(({ one }) => one);
      const healthy = [...ahead, ...done].filter(({ isEnabled, isHealthy }) => isEnabled && isHealthy).length;
      const keeps = floorOf(fleet.app, enabled.size);
      const words = `${healthy} of ${enabled.size} enabled backends answer the balancer well, ${keeps} stay untouched`;
      if (batch.length > 0) {
        const names = batch.map(({ backend }) => serverOf(fleet, backend.serverId).name).join(', ');
        step.outcome(`${names}: ${words}.`);
        return batch;
      }
      if (Date.now() > until) throw cannotKeep(words);
      if (step.signal.aborted) throw step.signal.reason;
      step.progress(null, words);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  });
}

async function memberOf(run: Run, fleet: Fleet, enabled: ReadonlySet<string>, one: Started) {
  const isEnabled = enabled.has(one.backend.id);
  return { one, isEnabled, isHealthy: isEnabled && (await isHealthyNow(run, fleet, one.backend)) };
}

/** Backends that the front gives requests to. */
function enabledIn(fleet: Fleet): Set<string> {
  const { backends } = provenState(fleet);
  return new Set(backends.flatMap(({ backendId, inUpstream }) => (inUpstream === 'up' ? [backendId] : [])));
}

function cannotKeep(words: string): AppError {
  return new AppError('conflict', `The roll-out stopped: ${words}, so that none may switch.`, {
    hint: 'Bring the others back, or keep fewer in the app’s settings, under Roll-out.',
  });
}
