import { acquireLeases, type HeldLeases, releaseLeases, renewLeases } from '@fairlead/db';
import type { WorkerContext } from '../context.ts';
import { beatEveryMs, leaseTtlMs } from './keep-alive.ts';

/** Work of which one runs in the whole installation. */
export interface Sole {
  stop(): Promise<void>;
}

/**
 * Competes for a lease and runs `start()` for as long as this process holds it; what that answers is stopped when the lease is lost or on
 * {@link Sole.stop}, which also gives the lease back.
 */
export function runAsSoleHolder(
  worker: WorkerContext,
  resource: string,
  start: () => Sole,
  everyMs: number = beatEveryMs,
): Sole {
  let held: HeldLeases | null = null;
  let heldAt = Number.NEGATIVE_INFINITY;
  let running: Sole | null = null;
  let turn: Promise<void> | null = null;

  const yieldUp = async () => {
    const stopping = running;
    running = null;
    await stopping?.stop();
  };
  const beat = async () => {
    const askedAt = performance.now();
    if (held === null)
      held = await acquireLeases(worker.prisma, [resource], `${worker.workerId}:${resource}`, leaseTtlMs);
    else if (!(await renewLeases(worker.prisma, held, leaseTtlMs))) held = null;
    if (held !== null) heldAt = askedAt;
    if (held !== null && running === null) running = start();
    if (held === null) await yieldUp();
  };
  const tick = () => {
    turn ??= beat()
      .catch(async (error: unknown) => {
        worker.log.warn({ error, resource }, 'a lease could not be renewed');
        // Without the database nobody can say who holds it: after its time it may be somebody else.
        if (performance.now() - heldAt > leaseTtlMs) await yieldUp();
      })
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
      await yieldUp();
      if (held !== null) await releaseLeases(worker.prisma, held);
    },
  };
}
