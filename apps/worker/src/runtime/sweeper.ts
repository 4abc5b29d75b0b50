import { findUnattended } from '@fairlead/core';
import type { WorkerContext } from '../context.ts';

/** How often the books are looked through (milliseconds). */
export const sweepEveryMs = 5_000;

/**
 * Enqueues what nobody works on: operations that are queued with no job (the queue was emptied, or never reached) and running ones whose worker fell
 * silent. A job too many changes nothing: claiming decides.
 */
export async function sweep(worker: WorkerContext): Promise<number> {
  const ids = await findUnattended(worker);
  for (const operationId of ids) await worker.queue.enqueue('operation', { operationId });
  return ids.length;
}

/** Sweeps now and every {@link sweepEveryMs}, one sweep at a time. Answers what ends it. */
export function startSweeper(worker: WorkerContext, everyMs: number = sweepEveryMs): () => void {
  let sweeping = false;
  const tick = async () => {
    if (sweeping) return;
    sweeping = true;
    try {
      await sweep(worker);
    } catch (error) {
      worker.log.warn({ error }, 'the sweeper will try again');
    } finally {
      sweeping = false;
    }
  };
  void tick();
  const timer = setInterval(() => void tick(), everyMs);
  return () => clearInterval(timer);
}
