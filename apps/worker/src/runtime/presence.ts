import type { WorkerContext } from '../context.ts';
import { runAsSoleHolder, type Sole } from './sole-holder.ts';

/** Rows of workers that ended without a word are forgotten after this time (milliseconds). */
const forgottenAfterMs = 24 * 3_600_000;

/** Shows that this worker lives: the lease `worker:<id>`, which runs out 10 s after the process has died. */
export function showPresence(worker: WorkerContext): Sole {
  const before = new Date(worker.clock().getTime() - forgottenAfterMs);
  void worker.prisma.lease
    .deleteMany({ where: { resource: { startsWith: 'worker:' }, expiresAt: { lt: before } } })
    .catch((error: unknown) => worker.log.warn({ error }, 'old workers are still listed'));
  return runAsSoleHolder(worker, `worker:${worker.workerId}`, () => ({ stop: async () => {} }));
}
