import { servedPort } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { balancerOf, type Fleet } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';

/** How long requests that a backend is still answering may take before it is taken away all the same (milliseconds). */
export const drainTimeoutMs = 30_000;
/** One look at the balancer's connections (milliseconds); between two looks others may ask for the app. */
const sliceMs = 1_000;

/**
 * Waits until the balancer holds no connection to the backend any more. `isWanted` is asked between looks: false ends the wait. Answers how many
 * connections were left.
 */
export async function drainBackend(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
  isWanted: () => Promise<boolean> = async () => true,
  port: number = servedPort(fleet.app, backend),
): Promise<number> {
  const client = await run.worker.hosts.client(balancerOf(fleet));
  const startedAt = performance.now();
  const left = () => drainTimeoutMs - (performance.now() - startedAt);
  let remaining = 0;
  do {
    const look = await client.call(
      'nginx.drain',
      { address: backend.address, port, timeoutMs: Math.min(sliceMs, Math.ceil(left())) },
      { signal: step.signal },
    );
    remaining = look.remaining;
    if (remaining > 0) {
      step.progress(1 - left() / drainTimeoutMs, `${remaining} connections are still open`);
    }
  } while (remaining > 0 && left() > 0 && (await isWanted()));
  step.outcome(remaining === 0 ? 'No connection is left.' : `${remaining} connections were left open.`);
  return remaining;
}
