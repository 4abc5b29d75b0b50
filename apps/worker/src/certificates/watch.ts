import type { WorkerContext } from '../context.ts';
import type { Sole } from '../runtime/sole-holder.ts';
import { renewBackendCertificates } from './renew-backends.ts';
import { sweepCertificates } from './sweep.ts';

const everyMs = 10_000;

/** Sees to it that certificates renew themselves, for as long as it runs. Its caller holds the lease `poller`. */
export function startCertificateWatch(worker: WorkerContext): Sole {
  let turn: Promise<void> | null = null;
  const sweep = async () => {
    await sweepCertificates(worker);
    await renewBackendCertificates(worker);
  };
  const tick = () => {
    turn ??= sweep()
      .catch((error: unknown) => worker.log.warn({ error }, 'certificates will be looked at again'))
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
