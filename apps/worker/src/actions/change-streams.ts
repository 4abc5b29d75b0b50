import { type Fleet, streamBackendPorts } from '@fairlead/core';
import type { Backend, Operation } from '@fairlead/db';
import { readStreams } from '@fairlead/nginx';
import type { WorkerContext } from '../context.ts';
import { balancerOf, presentBackends, provenState, requireFleet } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import { applyFront } from './apply-front.ts';
import { drainPorts } from './drain-backend.ts';
import { drainOut } from './drain-out.ts';
import { inTransaction, moveLoadBalancer } from './move.ts';
import { retellBackends } from './retell-backends.ts';
import { setFirewall } from './set-firewall.ts';

/** Kinds that may change which ports of the backends streams lead to. */
const kinds = ['load-balancer.change', 'load-balancer.restore'];

/**
 * Whether an operation has ports of the backends to open or to close. One that was cut off before, or follows one that failed, is done in full: that may
 * have ended between the two.
 */
export async function changesPorts(
  worker: WorkerContext,
  fleet: Fleet,
  { id, kind, attempt, appId }: Operation,
): Promise<boolean> {
  const wanted = streamBackendPorts(fleet.loadBalancer);
  if (!kinds.includes(kind) || (wanted.length === 0 && fleet.loadBalancer.observedStreamsHash === null))
    return false;
  const before = await worker.prisma.operation.findFirst({
    where: { appId, kind: { in: kinds }, id: { lt: id } },
    orderBy: { id: 'desc' },
    select: { status: true },
  });
  if (attempt > 1 || before?.status === 'failed' || before?.status === 'cancelled') return true;
  const served = streamBackendPorts({ streams: await servedStreams(worker, fleet) });
  return wanted.length !== served.length || wanted.some((port) => !served.includes(port));
}

/**
 * Another front with other streams: first the backends' ports are opened to the balancer, then both files go live, then what nothing leads to any more is
 * drained and its ports are given back. Where the balancer refuses, the ports are those of what it serves.
 */
export async function changeStreams(run: Run, appId: string, retold: readonly Backend[]): Promise<void> {
  const fleet = await requireFleet(run.worker, appId);
  const leaving = await leavingPorts(run.worker, fleet);
  const { firewall } = provenState(fleet, { keepStreamPorts: leaving });
  await run.step({ key: 'firewall', title: 'Open the firewall' }, (step) =>
    setFirewall(run, step, fleet, firewall),
  );
  await retellBackends(run, fleet, retold);
  try {
    await run.step({ key: 'apply', title: 'Apply the new balancing' }, (step) =>
      applyFront(run, step, fleet),
    );
  } catch (error) {
    // What the balancer serves now: it may have taken the change where its successor did not.
    const streams = await servedStreams(run.worker, fleet);
    await closePorts(run, { ...fleet, loadBalancer: { ...fleet.loadBalancer, streams } });
    throw error;
  }
  const after = await requireFleet(run.worker, fleet.app.id);
  if (leaving.length > 0) {
    await drainLeaving(run, after, leaving);
    await closePorts(run, after);
  }
  await drainOut(run, after);
  const status = after.loadBalancer.enabled ? 'on' : 'off';
  await inTransaction(run, (tx) => moveLoadBalancer(run, tx, after.loadBalancer.id, status));
}

/** The streams that the balancer was last given. */
async function servedStreams({ prisma }: WorkerContext, { loadBalancer }: Fleet) {
  const row = await prisma.appliedConfig.findFirst({
    where: { loadBalancerId: loadBalancer.id, serverId: loadBalancer.balancerServerId },
    orderBy: { generation: 'desc' },
    select: { streams: true },
  });
  return row?.streams == null ? [] : readStreams(row.streams).streams;
}

/** Ports of the backends that the balancer's streams lead to still, and are not to any more. */
export async function leavingPorts(worker: WorkerContext, fleet: Fleet): Promise<number[]> {
  const wanted = streamBackendPorts(fleet.loadBalancer);
  return streamBackendPorts({ streams: await servedStreams(worker, fleet) }).filter(
    (port) => !wanted.includes(port),
  );
}

async function drainLeaving(run: Run, fleet: Fleet, ports: readonly number[]): Promise<void> {
  const name = {
    key: 'drain',
    title: 'Wait for connections of streams that are gone',
    serverId: balancerOf(fleet).id,
  };
  await run.step(name, async (step) => {
    const left = await inParallel(presentBackends(fleet), ({ address }) =>
      drainPorts(run, step, fleet, address, ports),
    );
    const count = left.reduce((sum, connections) => sum + connections, 0);
    step.outcome(count === 0 ? 'No connection is left.' : `${count} connections were left open.`);
  });
}

/** The backends' ports are open to the balancer for the streams that there are, and for no others. */
export async function closePorts(run: Run, fleet: Fleet): Promise<void> {
  await run.step({ key: 'ports', title: 'Close the ports of streams that are gone' }, (step) =>
    setFirewall(run, step, fleet, provenState(fleet).firewall),
  );
}
