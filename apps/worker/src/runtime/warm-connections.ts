import type { WorkerContext } from '../context.ts';

/** Less than the pool keeps an idle connection (milliseconds). */
const everyMs = 30_000;
const patienceMs = 10_000;

/**
 * Keeps the connection and the resident host program of every balancer warm, so that a toggle costs one round trip. A balancer that can't be reached is no
 * matter here: whoever needs it will say so. Answers what ends it.
 */
export function keepBalancersWarm(worker: WorkerContext): { stop(): void; refresh(): void } {
  let warming = false;
  const warm = async () => {
    const servers = await worker.prisma.server.findMany({
      where: { status: 'ready', balancerOf: { some: { observedGeneration: { gt: 0 } } } },
    });
    await Promise.all(
      servers.map(async (server) => {
        try {
          const client = await worker.hosts.client(server);
          await client.call('hello', {}, { timeoutMs: patienceMs });
        } catch (error) {
          worker.log.debug({ error, serverId: server.id }, 'a balancer is not warm');
        }
      }),
    );
  };
  const refresh = () => {
    if (warming) return;
    warming = true;
    warm()
      .catch((error: unknown) => worker.log.warn({ error }, 'balancers could not be listed'))
      .finally(() => {
        warming = false;
      });
  };
  refresh();
  const timer = setInterval(refresh, everyMs);
  return { refresh, stop: () => clearInterval(timer) };
}
