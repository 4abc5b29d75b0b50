import { announce, type CanaryState, canaryBackends, type Fleet, noFigures } from '@fairlead/core';
import type { CanarySettings } from '@fairlead/core/schemas';
import type { Backend, Deployment, Release } from '@fairlead/db';
import { requireFleet, serverOf } from '../fleet.ts';
import { together } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import { applyFront } from './apply-front.ts';
import { canaryFloor } from './end-canary.ts';
import { makeReleases } from './make-releases.ts';
import { inTransaction, moveApp, moveDeployment, moveRelease } from './move.ts';
import { retireOldOn, rollOut } from './roll-out.ts';
import { leadVisitors, verifyInForce } from './verify-front.ts';

/**
 * A release on some backends, and a share of the visitors led to them. The visitors are parted before the first of these backends switches, so that a bad release
 * never meets more than its share. With a release command the primary builds too, and switches with the promotion.
 */
export async function startCanary(
  run: Run,
  fleet: Fleet,
  deployment: Deployment,
  settings: CanarySettings,
  commit: string,
): Promise<void> {
  const { app } = fleet;
  const chosen = chosenIn(fleet, settings);
  const commanding =
    app.releaseCommand === null ? [] : fleet.backends.filter(({ role }) => role === 'primary');
  const backends = [...commanding, ...chosen];
  const { ready, rollouts } = await makeReleases(run, fleet, deployment, commit, backends);
  await part(run, ready, deployment, settings, chosen);
  const ids = new Set(chosen.map(({ id }) => id));
  const switched = await rollOut(
    run,
    canaryFloor(ready, (backend) => ids.has(backend.id)),
    rollouts.filter(({ backend }) => ids.has(backend.id)),
  );
  await together(
    () => retireOldOn(run, ready, switched),
    () => leadVisitors(run),
  );
  const waiting = rollouts.filter(({ backend }) => !ids.has(backend.id)).map(({ release }) => release);
  await begun(run, deployment, waiting);
}

/** An attempt that was cut off had chosen already. */
function chosenIn(fleet: Fleet, { backendIds }: CanarySettings): Backend[] {
  const marked = fleet.backends.filter(({ canary }) => canary);
  return marked.length > 0 ? marked : canaryBackends(fleet, backendIds);
}

/** From here on the visitors of these backends are those of the canary, while they serve what they served. */
async function part(
  run: Run,
  { app, loadBalancer, ...fleet }: Fleet,
  { id, number }: Deployment,
  { percent, cookie }: CanarySettings,
  chosen: readonly Backend[],
): Promise<void> {
  await inTransaction(run, async (tx) => {
    const canary = { deploymentId: id, number, percent, cookie };
    await tx.loadBalancer.update({ where: { id: loadBalancer.id }, data: { canary } });
    await tx.backend.updateMany({
      where: { id: { in: chosen.map((one) => one.id) } },
      data: { canary: true },
    });
    await announce(tx, run.claim.organizationId, 'load-balancer', app.id);
  });
  const names = chosen
    .map(({ serverId }) => serverOf({ app, loadBalancer, ...fleet }, serverId).name)
    .join(', ');
  const whom = percent === 0 ? 'visitors with the cookie' : `${percent} % of the visitors`;
  await run.step({ key: 'part', title: `Lead ${whom} to ${names}` }, async (step) =>
    applyFront(run, step, await requireFleet(run.worker, app.id)),
  );
  await run.step({ key: 'parted', title: 'Verify that nobody else is' }, async (step) =>
    verifyInForce(run, step, await requireFleet(run.worker, app.id)),
  );
}

async function begun(run: Run, { id, appId }: Deployment, waiting: readonly Release[]): Promise<void> {
  await inTransaction(run, async (tx) => {
    const state: CanaryState = {
      startedAt: run.worker.clock().toISOString(),
      sinceMs: null,
      cursor: null,
      readAt: null,
      skippedBytes: 0,
      canary: noFigures,
      stable: noFigures,
      verdict: 'wait',
      reason: '',
      paused: null,
      endedAt: null,
      ended: null,
    };
    for (const release of waiting) await moveRelease(run, tx, release, 'pending');
    await moveDeployment(run, tx, id, 'canary', { canaryState: state });
    await moveApp(run, tx, appId, 'live');
  });
}
