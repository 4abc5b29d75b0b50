import { catchUp, findBehind } from '@fairlead/core';
import type { WorkerContext } from '../context.ts';
import { settleAll } from '../runtime/parallel.ts';
import type { Sole } from '../runtime/sole-holder.ts';
import { takeTurns } from '../runtime/turns.ts';

/** How often servers that were away are asked whether they are back (milliseconds). */
const everyMs = 5_000;
/** How long one is waited for (milliseconds). */
const patienceMs = 10_000;

/** Brings backends that were away during a deployment to the release that the others serve, once their servers can be reached. Its caller holds the lease `poller`. */
export function startCatchUpWatch(worker: WorkerContext): Sole {
  return takeTurns(worker, 'catching up', everyMs, async () => {
    const behind = await findBehind(worker);
    const looks = await settleAll(behind, async ({ server, slug }) => {
      const client = await worker.hosts.client(server);
      await client.call('release.observe', { app: slug }, { timeoutMs: patienceMs });
    });
    for (const look of looks) if (look.ok) await catchUp(worker, look.item);
  });
}
