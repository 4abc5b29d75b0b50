import {
  type AppStatus,
  announce,
  appStatus,
  type BackendState,
  backendStatus,
  type DeploymentStatus,
  deploymentStatus,
  type LoadBalancerStatus,
  loadBalancerStatus,
  type ReleaseStatus,
  releaseStatus,
  type ServerStatus,
  serverStatus,
  type Transaction,
} from '@fairlead/core';
import type { Prisma, Release } from '@fairlead/db';
import type { Run } from '../runtime/run.ts';

/** One transaction on behalf of the operation. */
export function inTransaction<T>(run: Run, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return run.worker.prisma.$transaction(work);
}

/** Moves a backend to a state that its lifecycle allows, with whatever else changes about it. @throws AppError `illegal-transition` */
export async function moveBackend(
  run: Run,
  tx: Transaction,
  id: string,
  to: BackendState,
  data: Prisma.BackendUncheckedUpdateManyInput = {},
): Promise<void> {
  const where = { id, state: { in: backendStatus.sources(to) } };
  const { count } = await tx.backend.updateMany({ where, data: { ...data, state: to } });
  if (count === 0)
    backendStatus.transition((await tx.backend.findUniqueOrThrow({ where: { id } })).state, to);
  await announce(tx, run.claim.organizationId, 'backend', id);
}

/** @throws AppError `illegal-transition` */
export async function moveLoadBalancer(
  run: Run,
  tx: Transaction,
  id: string,
  to: LoadBalancerStatus,
  data: Prisma.LoadBalancerUncheckedUpdateInput = {},
): Promise<void> {
  const { status, appId } = await tx.loadBalancer.findUniqueOrThrow({
    where: { id },
    select: { status: true, appId: true },
  });
  const next = loadBalancerStatus.transition(status, to);
  await tx.loadBalancer.update({ where: { id }, data: { ...data, status: next } });
  await announce(tx, run.claim.organizationId, 'load-balancer', appId);
}

/** @throws AppError `illegal-transition` */
export async function moveApp(run: Run, tx: Transaction, id: string, to: AppStatus): Promise<void> {
  const where = { id, status: { in: appStatus.sources(to) } };
  const { count } = await tx.app.updateMany({ where, data: { status: to } });
  if (count === 0) appStatus.transition((await tx.app.findUniqueOrThrow({ where: { id } })).status, to);
  await announce(tx, run.claim.organizationId, 'app', id);
}

/** @throws AppError `illegal-transition` */
export async function moveServer(
  run: Run,
  tx: Transaction,
  id: string,
  to: ServerStatus,
  data: Prisma.ServerUncheckedUpdateInput = {},
): Promise<void> {
  const { status } = await tx.server.findUniqueOrThrow({ where: { id }, select: { status: true } });
  await tx.server.update({ where: { id }, data: { ...data, status: serverStatus.transition(status, to) } });
  await announce(tx, run.claim.organizationId, 'server', id);
}

/** @throws AppError `illegal-transition` */
export async function moveDeployment(
  run: Run,
  tx: Transaction,
  id: string,
  to: DeploymentStatus,
  data: Prisma.DeploymentUncheckedUpdateManyInput = {},
): Promise<void> {
  const where = { id, status: { in: deploymentStatus.sources(to) } };
  const { count } = await tx.deployment.updateMany({ where, data: { ...data, status: to } });
  if (count === 0)
    deploymentStatus.transition((await tx.deployment.findUniqueOrThrow({ where: { id } })).status, to);
  await announce(tx, run.claim.organizationId, 'deployment', id);
}

/** @throws AppError `illegal-transition` */
export async function moveRelease(
  run: Run,
  tx: Transaction,
  { id, deploymentId }: Pick<Release, 'id' | 'deploymentId'>,
  to: ReleaseStatus,
  data: Prisma.ReleaseUncheckedUpdateManyInput = {},
): Promise<void> {
  const where = { id, status: { in: releaseStatus.sources(to) } };
  const { count } = await tx.release.updateMany({ where, data: { ...data, status: to } });
  if (count === 0)
    releaseStatus.transition((await tx.release.findUniqueOrThrow({ where: { id } })).status, to);
  await announce(tx, run.claim.organizationId, 'deployment', deploymentId);
}
