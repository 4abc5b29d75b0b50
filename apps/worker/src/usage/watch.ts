import { announce } from '@fairlead/core';
import { Prisma } from '@fairlead/db';
import { rememberProcesses } from '../actions/set-processes.ts';
import type { WorkerContext } from '../context.ts';
import { settleAll } from '../runtime/parallel.ts';
import type { Sole } from '../runtime/sole-holder.ts';
import { takeTurns } from '../runtime/turns.ts';
import { lookAtRedis } from './look-at-redis.ts';

/** How often each backend is asked (milliseconds). */
const everyMs = 20_000;
const patienceMs = 10_000;
/** What differs by less than this part is not worth a word to whoever looks. */
const share = 0.05;

/** Keeps how often each backend's unit was started again by itself, and what memory it takes. Its caller holds the lease `poller`. */
export function startUsageWatch(worker: WorkerContext): Sole {
  return takeTurns(worker, 'usage', everyMs, async () => {
    await Promise.all([lookAtRedis(worker, patienceMs), lookAtServing(worker), lookAtProcesses(worker)]);
  });
}

/** Their processes beside it, on every backend where some were put. */
async function lookAtProcesses(worker: WorkerContext): Promise<void> {
  const backends = await worker.prisma.backend.findMany({
    where: { processes: { not: Prisma.AnyNull } },
    include: { server: true, app: { select: { slug: true, organizationId: true } } },
  });
  await settleAll(backends, async ({ id, server, app, processesSeenAt }) => {
    const client = await worker.hosts.client(server);
    const { processes } = await client.call('process.observe', { app: app.slug }, { timeoutMs: patienceMs });
    const { processesSeenAt: now } = await worker.prisma.backend.findUniqueOrThrow({ where: { id } });
    // An operation set others meanwhile, and has looked itself.
    const isSetAnew = now?.getTime() !== processesSeenAt?.getTime();
    if (!isSetAnew && processes.length > 0) await rememberProcesses(worker, app, id, processes);
  });
}

async function lookAtServing(worker: WorkerContext): Promise<void> {
  const backends = await worker.prisma.backend.findMany({
    where: { releaseId: { not: null }, app: { runtime: { not: 'static' } } },
    include: { server: true, app: { select: { slug: true, organizationId: true } } },
  });
  await settleAll(backends, async ({ id, server, app, restarts, memoryMib }) => {
    const client = await worker.hosts.client(server);
    const { service } = await client.call('release.observe', { app: app.slug }, { timeoutMs: patienceMs });
    const bytes = service?.memoryBytes ?? null;
    const seen = {
      restarts: service?.restarts ?? null,
      memoryMib: bytes === null ? null : Math.ceil(bytes / 2 ** 20),
    };
    if (seen.restarts === restarts && isNear(seen.memoryMib, memoryMib)) return;
    await worker.prisma.$transaction(async (tx) => {
      await tx.backend.updateMany({ where: { id }, data: seen });
      await announce(tx, app.organizationId, 'backend', id);
    });
  });
}

function isNear(seen: number | null, known: number | null): boolean {
  if (seen === null || known === null) return seen === known;
  return Math.abs(seen - known) <= share * known;
}
