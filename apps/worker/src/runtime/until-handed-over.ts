import type { Run } from './run.ts';

/** Aborted when another worker goes on with the operation; not by a cancellation. For calls whose outcome has to be known, so that it can be undone. */
export function untilHandedOver(run: Run): AbortSignal {
  const controller = new AbortController();
  const onAbort = () => {
    if (run.isHandedOver()) controller.abort(run.signal.reason);
  };
  if (run.signal.aborted) onAbort();
  else run.signal.addEventListener('abort', onAbort, { once: true });
  return controller.signal;
}
