import { type Claim, heartbeat, heartbeatStaleMs, type OperationContext } from '@fairlead/core';
import { Stopped } from './stop-reason.ts';

/** How often a running operation says that it lives and renews its leases (milliseconds). */
export const beatEveryMs = 3_000;
/** How long a lease holds without being renewed (milliseconds). */
export const leaseTtlMs = 10_000;

/**
 * Beats every {@link beatEveryMs} until the returned function is called. `renew` answers false when a lease is gone. `stop` is called once: when
 * the claim or a lease is lost, when a person cancelled, or when the database has not been reached for as long as others need to take over.
 */
export function keepAlive(
  ctx: OperationContext,
  claim: Claim,
  renew: () => Promise<boolean>,
  stop: (reason: Stopped) => void,
  everyMs: number = beatEveryMs,
): () => void {
  let lastBeatAt = performance.now();
  let beating = false;
  const beat = async () => {
    const startedAt = performance.now();
    const [life, isHeld] = await Promise.all([heartbeat(ctx, claim), renew()]);
    if (life === 'lost' || !isHeld) return stop(new Stopped('lost'));
    lastBeatAt = startedAt;
    if (life === 'cancel') stop(new Stopped('cancel'));
  };
  const timer = setInterval(() => {
    if (performance.now() - lastBeatAt >= Math.min(heartbeatStaleMs, leaseTtlMs)) stop(new Stopped('lost'));
    if (beating) return;
    beating = true;
    beat()
      .catch((error: unknown) => ctx.log.warn({ error, operationId: claim.operationId }, 'heartbeat failed'))
      .finally(() => {
        beating = false;
      });
  }, everyMs);
  return () => clearInterval(timer);
}
