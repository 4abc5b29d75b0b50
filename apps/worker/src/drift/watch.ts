import type { WorkerContext } from '../context.ts';
import { settleAll } from '../runtime/parallel.ts';
import type { Sole } from '../runtime/sole-holder.ts';
import { lookForDrift } from './look.ts';

/** Twice within the half minute in which a difference has to be found, so that one look may be lost to an operation. */
const everyMs = 15_000;

/**
 * Looks at every prepared server that serves an app for as long as it runs. A server that can't be reached is no matter here: its check says so, and what
 * was found on it stands. Its caller holds the lease `poller`.
 */
export function startDriftWatch(worker: WorkerContext): Sole {
  let turn: Promise<void> | null = null;
  const look = async () => {
    const servers = await worker.prisma.server.findMany({
      where: {
        status: 'ready',
        OR: [
          { successorOf: { some: { successorGeneration: { gt: 0 } } } },
          { balancerOf: { some: { observedGeneration: { gt: 0 } } } },
          { backends: { some: { releaseId: { not: null } } } },
        ],
      },
    });
    const outcomes = await settleAll(servers, (server) => lookForDrift(worker, server));
    for (const outcome of outcomes) {
      if (outcome.ok) continue;
      const { item, error } = outcome;
      worker.log.debug({ error, serverId: item.id }, 'a server could not be looked at for changes by hand');
    }
  };
  const tick = () => {
    turn ??= look()
      .catch((error: unknown) => worker.log.warn({ error }, 'changes by hand will be looked for again'))
      .finally(() => {
        turn = null;
      });
  };
  tick();
  const timer = setInterval(tick, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await turn;
    },
  };
}
