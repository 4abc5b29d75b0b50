import type { Fleet } from '@fairlead/core';
import { requireFleet } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';
import { applyFront } from './apply-front.ts';
import { drainOut } from './drain-out.ts';

/** The short way: one apply on the balancer, recorded and proven, and only then the wait for requests that are still being answered. */
export async function toggleFast(
  run: Run,
  fleet: Fleet,
  prove: ((run: Run) => Promise<void>) | null,
): Promise<void> {
  const status = fleet.loadBalancer.enabled ? 'on' : 'off';
  await run.step({ key: 'apply', title: 'Apply the new balancing' }, (step) =>
    applyFront(run, step, fleet, { status }),
  );
  await prove?.(run);
  await run.releaseServers();
  const after = await requireFleet(run.worker, fleet.app.id);
  await drainOut(run, after);
}
