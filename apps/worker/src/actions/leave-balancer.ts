import { announce, doorOf, importsOf, sidePorts } from '@fairlead/core';
import { type Fleet, presentBackends, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { drainPorts } from './drain-backend.ts';
import { inTransaction } from './move.ts';

/** A server that was the balancer, or was to be, leads nobody to the app any more: its front goes, and the last requests by it are waited for. */
export async function leaveBalancer(run: Run, fleet: Fleet): Promise<void> {
  const { id, formerServerId } = fleet.loadBalancer;
  if (formerServerId === null) return;
  const former = serverOf(fleet, formerServerId);
  const name = { key: `leave:${former.id}`, title: `Stop serving from ${former.name}`, serverId: former.id };
  await run.step(name, async (step) => {
    const isGone = await removeFront(run, fleet, former.id);
    const remaining = await drainFrom(run, step, fleet, former.id);
    step.outcome(
      `${isGone ? 'Its front is gone' : 'Its front was gone already'}; ${remaining === 0 ? 'no connection is left' : `${remaining} connections were left open`}.`,
    );
  });
  await inTransaction(run, async (tx) => {
    // Files of that server which the front had the place of are back in service there.
    const imports = importsOf(fleet.loadBalancer).filter(({ serverId }) => serverId !== formerServerId);
    await tx.loadBalancer.updateMany({
      where: { id, formerServerId },
      data: { formerServerId: null, imports: imports as object[] },
    });
    await announce(tx, run.claim.organizationId, 'load-balancer', fleet.app.id);
  });
}

/** Takes the app's front, and the streams beside it, off one server; answers whether Nginx had to be reloaded for it. */
export async function removeFront(run: Run, fleet: Fleet, serverId: string): Promise<boolean> {
  const client = await run.worker.hosts.client(serverOf(fleet, serverId));
  const { generation, observedStreamsHash } = fleet.loadBalancer;
  const kinds = observedStreamsHash === null ? (['front'] as const) : (['front', 'stream'] as const);
  const gone = { app: fleet.app.slug, content: null, listens: [], generation };
  const result = await client.call(
    'nginx.apply',
    { files: kinds.map((kind) => ({ kind, ...gone })) },
    { fence: run.fence(serverId) },
  );
  return result.reloaded;
}

async function drainFrom(run: Run, step: StepTools, fleet: Fleet, serverId: string): Promise<number> {
  const beside = sidePorts(fleet.app, fleet.loadBalancer);
  const left = await inParallel(presentBackends(fleet), (backend) => {
    const ports = [...new Set([doorOf(fleet.app, fleet.loadBalancer, backend).port, ...beside])];
    return drainPorts(run, step, fleet, backend.address, ports, undefined, [serverId]);
  });
  return left.reduce((sum, connections) => sum + connections, 0);
}
