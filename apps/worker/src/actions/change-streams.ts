import { type Fleet, sidePorts } from '@fairlead/core';
import type { Backend, Operation } from '@fairlead/db';
import { readFront, readStreams } from '@fairlead/nginx';
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

/** Kinds that may change which ports of the backends streams and calls of gRPC lead to. */
const kinds = ['load-balancer.change', 'load-balancer.restore', 'drift.adopt'];

/**
 * Whether an operation has ports of the backends to open or to close. One that was cut off after it had begun to open them, or follows one that failed so,
 * is done in full: that may have ended between the two.
 */
export async function changesPorts(
  worker: WorkerContext,
  fleet: Fleet,
  { id, kind, attempt, appId }: Operation,
): Promise<boolean> {
  if (!kinds.includes(kind)) return false;
  const { prisma } = worker;
  const before = await prisma.operation.findFirst({
    where: { appId, kind: { in: kinds }, id: { lt: id } },
    orderBy: { id: 'desc' },
    select: { id: true, status: true },
  });
  const unfinished = [
    ...(attempt > 1 ? [id] : []),
    ...(before !== null && ['failed', 'cancelled'].includes(before.status) ? [before.id] : []),
  ];
  const opened = await prisma.step.count({ where: { operationId: { in: unfinished }, key: 'firewall' } });
  if (opened > 0) return true;
  const wanted = sidePorts(fleet.app, fleet.loadBalancer);
  const served = await servedPorts(worker, fleet);
  return wanted.length !== served.length || wanted.some((port) => !served.includes(port));
}

/**
 * Another front with other streams, or other calls of gRPC: first the backends' ports are opened to the balancer, then its files go live and are proved, then
 * what nothing leads to any more is drained and its ports are given back. Where the balancer refuses, the ports are those of what it serves.
 */
export async function changeStreams(
  run: Run,
  appId: string,
  retold: readonly Backend[],
  prove: ((run: Run) => Promise<void>) | null,
): Promise<void> {
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
    const served = await servedSettings(run.worker, fleet);
    await closePorts(run, { ...fleet, loadBalancer: { ...fleet.loadBalancer, ...served } });
    throw error;
  }
  await prove?.(run);
  const after = await requireFleet(run.worker, fleet.app.id);
  if (leaving.length > 0) {
    await drainLeaving(run, after, leaving);
    await closePorts(run, after);
  }
  await drainOut(run, after);
  const status = after.loadBalancer.enabled ? 'on' : 'off';
  await inTransaction(run, (tx) => moveLoadBalancer(run, tx, after.loadBalancer.id, status));
}

/** What the balancer was last given of what leads to backends beside their sites. */
async function servedSettings({ prisma }: WorkerContext, { loadBalancer }: Fleet) {
  const row = await prisma.appliedConfig.findFirst({
    where: { loadBalancerId: loadBalancer.id, serverId: loadBalancer.balancerServerId },
    orderBy: { generation: 'desc' },
    select: { content: true, streams: true },
  });
  return {
    streams: row?.streams == null ? [] : readStreams(row.streams).streams,
    http: row === null ? {} : readFront(row.content).http,
  };
}

/** Ports of the backends that it leads to beside their sites. */
async function servedPorts(worker: WorkerContext, fleet: Fleet): Promise<number[]> {
  return sidePorts(fleet.app, { ...fleet.loadBalancer, ...(await servedSettings(worker, fleet)) });
}

/** Those of them that it is not to lead to any more. */
export async function leavingPorts(worker: WorkerContext, fleet: Fleet): Promise<number[]> {
  const wanted = sidePorts(fleet.app, fleet.loadBalancer);
  return (await servedPorts(worker, fleet)).filter((port) => !wanted.includes(port));
}

async function drainLeaving(run: Run, fleet: Fleet, ports: readonly number[]): Promise<void> {
  const name = {
    key: 'drain',
    title: 'Wait for connections by ports that are left',
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

/** The backends' ports are open to the balancer for the streams and the calls that there are, and for no others. */
export async function closePorts(run: Run, fleet: Fleet): Promise<void> {
  await run.step({ key: 'ports', title: 'Close the ports that are left' }, (step) =>
    setFirewall(run, step, fleet, provenState(fleet).firewall),
  );
}
