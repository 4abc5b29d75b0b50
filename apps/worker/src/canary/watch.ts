import {
  type CanaryLook,
  type CanaryState,
  endCanaryByRule,
  findCanaries,
  type RunningCanary,
  recordLook,
} from '@fairlead/core';
import type { WorkerContext } from '../context.ts';
import { settleAll } from '../runtime/parallel.ts';
import type { Sole } from '../runtime/sole-holder.ts';
import { takeTurns } from '../runtime/turns.ts';

/** How often each balancer with a canary is asked, and how long it is waited for (milliseconds). */
const everyMs = 2_000;
const patienceMs = 10_000;
/** How many steps through a log are gone at once; what is left then is read the next time. */
const mostSteps = 8;

/** Counts what visitors of both sides were answered, and does what a canary's rule says. Its caller holds the lease `poller`. */
export function startCanaryWatch(worker: WorkerContext): Sole {
  return takeTurns(worker, 'canaries', everyMs, async () => {
    await settleAll(await findCanaries(worker), (canary) => watch(worker, canary));
  });
}

async function watch(worker: WorkerContext, canary: RunningCanary): Promise<void> {
  let state: CanaryState | null = canary.state;
  for (let step = 0; step < mostSteps && state !== null; step += 1) {
    const look = await read(worker, canary, state);
    state = await recordLook(worker, canary, look);
    if (!look.isMore) break;
  }
  if (state === null || canary.settings.rule === null || state.paused !== null || state.verdict === 'wait')
    return;
  await endCanaryByRule(worker, canary, state.verdict, state.reason);
}

async function read(
  worker: WorkerContext,
  { balancer, slug, places }: RunningCanary,
  { cursor, sinceMs }: CanaryState,
): Promise<CanaryLook & { isMore: boolean }> {
  const client = await worker.hosts.client(balancer);
  return client.call(
    'canary.read',
    { app: slug, cursor, sinceMs: sinceMs ?? 0, ...places },
    { timeoutMs: patienceMs },
  );
}
