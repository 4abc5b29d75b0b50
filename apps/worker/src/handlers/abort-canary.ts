import { releaseStatus } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { applyFront } from '../actions/apply-front.ts';
import { joinBackends } from '../actions/join-backends.ts';
import { inTransaction, moveLoadBalancer, moveRelease } from '../actions/move.ts';
import { endProcesses } from '../actions/roll-processes.ts';
import { settleFailure } from '../actions/settle-failure.ts';
import { verifyFront, verifyInForce } from '../actions/verify-front.ts';
import { type Fleet, requireFleet, serversOf } from '../fleet.ts';
import { settleAll } from '../runtime/parallel.ts';
import type { Handler, Run } from '../runtime/run.ts';

/**
 * Leads every visitor past the backends that had a canary, at once, ends its workers, and then puts the release there that the others serve. What is left undone by a
 * server that is away is caught up with, as with any backend that is behind.
 */
export const abortCanary: Handler = async (worker, operation) => {
  const fleet = await requireFleet(worker, operation.appId);
  const releases = await worker.prisma.release.findMany({
    where: { deploymentId: operation.deploymentId ?? '', status: { in: ['live', 'superseded'] } },
    select: { id: true, backendId: true },
  });
  // Also those on which an attempt that was cut off has switched back, and perhaps no more than that.
  const had = new Set(releases.map(({ backendId }) => backendId));
  const behind = fleet.backends.filter(({ id, desired }) => desired !== 'removed' && had.has(id));
  const have = new Set<string | null>(releases.map(({ id }) => id));
  return {
    servers: serversOf(fleet, behind),
    run: (run) =>
      abort(
        run,
        behind,
        behind.filter(({ releaseId }) => have.has(releaseId)),
      ),
    failed: (run, error) => settleFailure(run, behind, error),
  };
};

async function abort(run: Run, behind: readonly Backend[], serving: readonly Backend[]): Promise<void> {
  const look = () => requireFleet(run.worker, run.operation.appId);
  await run.step({ key: 'apply', title: 'Lead every visitor to the release before' }, async (step) =>
    applyFront(run, step, await look()),
  );
  await run.step({ key: 'past', title: 'Verify that nobody is led to the canary' }, async (step) =>
    verifyInForce(run, step, await look()),
  );
  await endWorkers(run, await look(), serving);
  await cancelWaiting(run);
  // Those that came back serve, whatever became of another.
  const [joined] = await settleAll([await look()], (fleet) => joinBackends(run, fleet, behind));
  await run.step({ key: 'front', title: 'Lead visitors to every backend again' }, async (step) =>
    applyFront(run, step, await look()),
  );
  await run.step({ key: 'verify', title: 'Verify from the balancer' }, async (step) =>
    verifyFront(run, step, await look()),
  );
  if (joined?.ok === false) throw joined.error;
  const { loadBalancer } = await look();
  await inTransaction(run, (tx) =>
    moveLoadBalancer(run, tx, loadBalancer.id, loadBalancer.enabled ? 'on' : 'off'),
  );
}

/** A server that is away keeps no other backend waiting, and is met again as its backend is brought back. */
async function endWorkers(run: Run, fleet: Fleet, backends: readonly Backend[]): Promise<void> {
  for (const { ok, item, ...outcome } of await settleAll(backends, (one) => endProcesses(run, fleet, one))) {
    if (!ok) run.worker.log.warn({ ...outcome, backendId: item.id }, 'processes of a canary go on');
  }
}

/** Releases that would have been switched with the promotion. */
async function cancelWaiting(run: Run): Promise<void> {
  await inTransaction(run, async (tx) => {
    const waiting = await tx.release.findMany({
      where: {
        deploymentId: run.operation.deploymentId ?? '',
        status: { in: releaseStatus.sources('cancelled').filter((status) => status !== 'cancelled') },
      },
    });
    for (const release of waiting) await moveRelease(run, tx, release, 'cancelled');
  });
}
