import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from './lab-error.ts';

/**
 * Asks `probe` every `everyMs` until it gives something other than `undefined` or `false`, and returns that.
 * Throws {@link LabError} naming `what` after `timeoutMs`.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  options: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const { timeoutMs = 60_000, everyMs = 40 } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new LabError(`${what}: not within ${timeoutMs} ms`);
    await delay(everyMs);
  }
}
