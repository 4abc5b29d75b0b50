import type { DesiredFirewall } from '@fairlead/core';
import { type Fleet, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run, StepTools } from '../runtime/run.ts';

/** States the app's complete rules on each of the servers, side by side. */
export async function setFirewall(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  desired: readonly DesiredFirewall[],
): Promise<void> {
  const results = await inParallel(desired, async ({ serverId, rules }) => {
    const server = serverOf(fleet, serverId);
    const client = await run.worker.hosts.client(server);
    const result = await client.call(
      'firewall.set',
      { app: fleet.app.slug, rules },
      { fence: run.fence(serverId), signal: step.signal },
    );
    const done = `${result.added} added, ${result.removed} removed (${result.firewall})`;
    if (result.added + result.removed > 0) step.note(`${server.name}: ${done}`);
    return result;
  });
  const total = (key: 'added' | 'removed') => results.reduce((sum, result) => sum + result[key], 0);
  step.outcome(`${total('added')} rules added, ${total('removed')} removed.`);
}
