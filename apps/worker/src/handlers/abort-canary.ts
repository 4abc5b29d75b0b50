import { releaseStatus } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { applyFront } from '../actions/apply-front.ts';
import { joinBackends } from '../actions/join-backends.ts';
import { inTransaction, moveLoadBalancer, moveRelease } from '../actions/move.ts';
import { settleFailure } from '../actions/settle-failure.ts';
import { verifyFront, verifyInForce } from '../actions/verify-front.ts';
import { requireFleet, serversOf } from '../fleet.ts';
import type { Handler, Run } from '../runtime/run.ts';

/**
 * Leads every visitor past the backends that had a canary, at once, and then puts the release there that the others serve. What is left undone by a server that is away
 * is caught up with, as with any backend that is behind.
 */
export const abortCanary: Handler = async (worker, operation) => {
  const fleet = await requireFleet(worker, operation.appId);
  const releases = await worker.prisma.release.findMany({
    where: { deploymentId: operation.deploymentId ?? '' },
    select: { id: true },
  });
  const ids = new Set<string | null>(releases.map(({ id }) => id));
  const behind = fleet.backends.filter(
    ({ heldBack, desired, releaseId }) =>
      heldBack === 'behind' && desired === 'enabled' && ids.has(releaseId),
  );
  return {
    servers: serversOf(fleet, behind),
    run: (run) => abort(run, fleet.app.id, behind),
    failed: (run, error) => settleFailure(run, behind, error),
  };
};

async function abort(run: Run, appId: string, behind: readonly Backend[]): Promise<void> {
  const look = () => requireFleet(run.worker, appId);
  await run.step({ key: 'apply', title: 'Lead every visitor to the release before' }, async (step) =>
    applyFront(run, step, await look()),
  );
  await run.step({ key: 'past', title: 'Verify that nobody is led to the canary' }, async (step) =>
    verifyInForce(run, step, await look()),
  );
  await joinBackends(run, await look(), behind);
  await run.step({ key: 'front', title: 'Lead visitors to every backend again' }, async (step) =>
    applyFront(run, step, await look()),
  );
  await run.step({ key: 'verify', title: 'Verify from the balancer' }, async (step) =>
    verifyFront(run, step, await look()),
  );
  const { loadBalancer } = await look();
  await inTransaction(run, async (tx) => {
    const waiting = await tx.release.findMany({
      where: {
        deploymentId: run.operation.deploymentId ?? '',
        status: { in: releaseStatus.sources('cancelled').filter((status) => status !== 'cancelled') },
      },
    });
    for (const { id } of waiting) await moveRelease(run, tx, id, 'cancelled');
    await moveLoadBalancer(run, tx, loadBalancer.id, loadBalancer.enabled ? 'on' : 'off');
  });
}
