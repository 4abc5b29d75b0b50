import { continueSlowStart, findDueSlowStarts } from '@fairlead/core';
import type { WorkerContext } from '../context.ts';
import type { Sole } from '../runtime/sole-holder.ts';
import { takeTurns } from '../runtime/turns.ts';

/** How late a step may be (milliseconds). */
const everyMs = 1_000;

/** Takes each step of the backends that come back when it is due. Its caller holds the lease `poller`. */
export function startSlowStartWatch(worker: WorkerContext): Sole {
  return takeTurns(worker, 'slow starts', everyMs, async () => {
    for (const app of await findDueSlowStarts(worker)) await continueSlowStart(worker, app);
  });
}
