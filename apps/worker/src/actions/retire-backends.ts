import type { Backend } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';
import { settleAll } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import { Stopped } from '../runtime/stop-reason.ts';
import { markFailed } from './join-backends.ts';
import { forgetBackend, retireBackend } from './retire-backend.ts';

/**
 * Takes the app off the servers of backends that leave, side by side, and forgets them. Answers the first failure (a server that is gone, say) instead of
 * throwing it, so that the caller still closes what they could reach.
 */
export async function retireBackends(run: Run, fleet: Fleet, leaving: readonly Backend[]): Promise<unknown> {
  const outcomes = await settleAll(leaving, async (backend) => {
    const server = serverOf(fleet, backend.serverId);
    const name = {
      key: `retire:${backend.id}`,
      title: `Remove the app from ${server.name}`,
      serverId: server.id,
    };
    try {
      await run.step(name, (step) => retireBackend(run, step, fleet, backend));
      await forgetBackend(run, backend);
    } catch (error) {
      if (!run.isHandedOver()) await markFailed(run, backend, error);
      throw error;
    }
  });
  const failures = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
  const stopped = failures.find((error) => error instanceof Stopped);
  if (stopped !== undefined) throw stopped;
  return failures[0] ?? null;
}
