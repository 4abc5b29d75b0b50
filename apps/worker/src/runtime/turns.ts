import type { WorkerContext } from '../context.ts';
import type { Sole } from './sole-holder.ts';

/** Does something now and every so many milliseconds, one turn at a time. A turn that fails is told and tried again at the next. */
export function takeTurns(
  worker: WorkerContext,
  name: string,
  everyMs: number,
  work: () => Promise<void>,
): Sole {
  let turn: Promise<void> | null = null;
  const tick = () => {
    turn ??= work()
      .catch((error: unknown) => worker.log.warn({ error, work: name }, 'it will be tried again'))
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
