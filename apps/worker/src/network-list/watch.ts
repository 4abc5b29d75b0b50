import { findStaleNetworkLists, refreshNetworkList } from '@fairlead/core';
import type { WorkerContext } from '../context.ts';
import type { Sole } from '../runtime/sole-holder.ts';
import { takeTurns } from '../runtime/turns.ts';

/** How soon after its day a list is read (milliseconds). */
const everyMs = 60_000;

/** Reads the published lists of trusted proxies again when they are due, one after another. Its caller holds the lease `poller`. */
export function startNetworkListWatch(worker: WorkerContext): Sole {
  return takeTurns(worker, 'network lists', everyMs, async () => {
    for (const row of await findStaleNetworkLists(worker)) {
      await refreshNetworkList(worker, row).catch((error: unknown) =>
        worker.log.warn({ error, loadBalancerId: row.id }, 'a list of networks will be read again'),
      );
    }
  });
}
