import { canarySettingsOf, type Fleet, isProven } from '@fairlead/core';
import type { Backend, Deployment, Operation } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { withSwitched } from '../actions/backend-rollout.ts';
import { withEarlyStart } from '../actions/early-start.ts';
import { canaryFloor, canaryGoesOn, endCanary, leaveCanary } from '../actions/end-canary.ts';
import { forgetFormerPasswords } from '../actions/forget-password.ts';
import { findAway, holdBack } from '../actions/hold-back.ts';
import { letIn } from '../actions/lead-past.ts';
import { makeReleases } from '../actions/make-releases.ts';
import { inTransaction, moveApp, moveBackend, moveDeployment } from '../actions/move.ts';
import { leaveRedis } from '../actions/open-redis.ts';
import { pruneReleases } from '../actions/prune-releases.ts';
import { failReleases } from '../actions/releases.ts';
import { resolveCommit } from '../actions/resolve-commit.ts';
import { putBackEarlier, retireOldOn, rollOut } from '../actions/roll-out.ts';
import { startCanary } from '../actions/start-canary.ts';
import { leadVisitors } from '../actions/verify-front.ts';
import type { WorkerContext } from '../context.ts';
import { presentBackends, requireFleet, serversOf } from '../fleet.ts';
import { together } from '../runtime/parallel.ts';
import type { Handler, Run } from '../runtime/run.ts';

/** One commit onto all of an app's backends, none of which stops serving for it. */
export const deployApp: Handler = async (worker, operation) => {
  const [fleet, deployment] = await Promise.all([
    requireFleet(worker, operation.appId),
    deploymentOf(worker, operation),
  ]);
  const backends = backendsToDeploy(fleet);
  return {
    servers: serversOf(fleet, backends),
    run: async (run) => {
      await deploy(run, fleet, deployment, backends);
      await forgetFormerPasswords(run, fleet);
    },
    failed: (run, error) => deploymentFailed(run, deployment, error),
  };
};

async function deploy(run: Run, fleet: Fleet, deployment: Deployment, wanted: Backend[]): Promise<void> {
  const { app } = fleet;
  // An earlier attempt was cut off between the last step and the operation's own end.
  if (deployment.status === 'succeeded') return;
  const isPromotion = run.kind === 'canary.promote';
  if (deployment.status === 'canary' && !isPromotion) return;
  const [, commit, now] = await together(
    () =>
      inTransaction(run, async (tx) => {
        await moveDeployment(run, tx, deployment.id, 'running');
        await moveApp(run, tx, app.id, 'deploying');
      }),
    () =>
      run.step({ key: 'resolve', title: 'Find the commit' }, (step) =>
        resolveCommit(run, step, fleet, deployment),
      ),
    () => requireFleet(run.worker, app.id),
  );
  const canary = canarySettingsOf(deployment);
  if (canary !== null && !isPromotion) return startCanary(run, now, deployment, canary, commit);
  const all = now.backends.filter(({ id }) => wanted.some((backend) => backend.id === id));
  // Those that have it as a canary serve on with it.
  const away = await findAway(run, now, all);
  const backends = all.filter((backend) => !away.includes(backend) && !backend.canary);
  const { ready, switched } = await withEarlyStart(run, backends.length === 1, async (early) => {
    const { ready, rollouts } = await makeReleases(run, now, deployment, commit, backends, { away, early });
    const floor = isPromotion ? canaryFloor(ready, (backend) => !backend.canary) : ready;
    return { ready, switched: await rollOut(run, floor, rollouts) };
  });
  await holdBack(run, away);
  if (isPromotion) await endCanary(run, app.id, deployment.id);
  await together(
    () => retireOldOn(run, ready, switched),
    () => leadVisitors(run),
    () =>
      run.step({ key: 'prune', title: 'Remove old releases' }, (step) =>
        pruneReleases(
          run,
          step,
          withSwitched(ready, switched),
          all.filter((backend) => !away.includes(backend)),
        ),
      ),
  );
  await leaveRedis(run, ready);
  await deploymentSucceeded(run, app.id, deployment);
}

async function deploymentSucceeded(run: Run, appId: string, deployment: Deployment): Promise<void> {
  await inTransaction(run, async (tx) => {
    const replaced = await tx.deployment.findMany({
      where: { appId, status: 'succeeded', id: { not: deployment.id } },
    });
    for (const { id } of replaced) await moveDeployment(run, tx, id, 'superseded');
    await moveDeployment(run, tx, deployment.id, 'succeeded', { finishedAt: run.worker.clock() });
    await moveApp(run, tx, appId, 'live');
  });
}

/** What served before goes on serving: only the words about it change. */
async function deploymentFailed(run: Run, { id }: Deployment, error: unknown): Promise<void> {
  const deployment = await run.worker.prisma.deployment.findUniqueOrThrow({ where: { id } });
  // Every backend has it: what failed came after.
  if (deployment.status === 'succeeded') return;
  // Its backends have it: likewise.
  if (deployment.status === 'canary' && run.kind === 'app.deploy') return;
  const { code } = error instanceof AppError ? error : { code: 'internal' };
  await putBackLeft(run, deployment, code);
  await failReleases(run, deployment.id, error);
  await letIn(run, deployment.appId);
  const isCanary = run.kind === 'canary.promote' && (await canaryGoesOn(run, deployment, error));
  if (!isCanary) await leaveCanary(run, deployment);
  const { backends } = await requireFleet(run.worker, deployment.appId);
  await inTransaction(run, async (tx) => {
    for (const backend of backends.filter(({ state }) => state === 'deploying')) {
      const next =
        backend.releaseId === null ? 'failed' : backend.desired === 'disabled' ? 'disabled' : 'active';
      await moveBackend(run, tx, backend.id, next);
    }
    if (isCanary) return moveApp(run, tx, deployment.appId, 'live');
    const outcome = code === 'cancelled' ? 'cancelled' : 'failed';
    await moveDeployment(run, tx, deployment.id, outcome, { finishedAt: run.worker.clock() });
    const isServing = backends.some((backend) => backend.releaseId !== null);
    await moveApp(run, tx, deployment.appId, isServing ? 'live' : 'failed');
  });
}

/** What an attempt that was cut off had switched goes back like what this one had: all but a canary that goes on, and where the app lets those stay that switched. */
async function putBackLeft(run: Run, deployment: Deployment, code: string): Promise<void> {
  const fleet = await requireFleet(run.worker, deployment.appId);
  const isPart = canarySettingsOf(deployment) !== null;
  if (fleet.app.rolloutFailure === 'stop' && code !== 'cancelled' && !isPart) return;
  const isPromotion = run.kind === 'canary.promote';
  const backends = fleet.backends.filter(({ canary }) => !(isPromotion && canary));
  await putBackEarlier(run, { ...fleet, backends }, deployment.id);
}

/** The primary, and every other backend that has proved healthy: one that never got that far is brought in by its own operation. */
function backendsToDeploy(fleet: Fleet): Backend[] {
  return presentBackends(fleet).filter((backend) => backend.role === 'primary' || isProven(backend));
}

async function deploymentOf(worker: WorkerContext, operation: Operation): Promise<Deployment> {
  const id = operation.deploymentId;
  const where = id === null ? { operationId: operation.id } : { id };
  const deployment = await worker.prisma.deployment.findFirst({ where });
  if (deployment === null) throw new AppError('not-found', 'This deployment is gone.');
  return deployment;
}
