import type { Deployment, Prisma } from '@fairlead/db';
import { type CanaryView, viewCanary } from '../canary/view.ts';
import type { Transaction } from '../events.ts';
import { type PublicError, viewError } from '../operation/view.ts';
import { isoOf } from '../tenant.ts';
import { type DeploymentStatus, deploymentStatus, type ReleaseStatus, releaseStatus } from './status.ts';

export interface DeploymentSummary {
  id: string;
  appId: string;
  number: number;
  commit: string | null;
  commitMessage: string | null;
  branch: string;
  /** Asked for instead of the branch's head. */
  tag: string | null;
  status: DeploymentStatus;
  /** The deployment whose commit and builds it brought back. */
  rollbackTo: { id: string; number: number } | null;
  operationId: string | null;
  createdBy: { id: string; name: string } | null;
  createdAt: string;
  finishedAt: string | null;
}

export interface ReleaseView {
  id: string;
  deploymentId: string;
  backendId: string;
  serverId: string;
  serverName: string;
  commit: string;
  /** Whether its build is still on the server: rolling back to it builds nothing. */
  kept: boolean;
  status: ReleaseStatus;
  error: PublicError | null;
  startedAt: string | null;
  finishedAt: string | null;
}

export type DeploymentView = DeploymentSummary & { releases: ReleaseView[]; canary: CanaryView | null };

export const deploymentInclude = {
  releases: {
    include: { backend: { include: { server: { select: { id: true, name: true } } } } },
    orderBy: { id: 'asc' },
  },
} as const satisfies Prisma.DeploymentInclude;
type DeploymentRow = Prisma.DeploymentGetPayload<{ include: typeof deploymentInclude }>;

export async function viewDeploymentSummaries(
  tx: Transaction,
  rows: readonly Deployment[],
): Promise<DeploymentSummary[]> {
  const ids = [...new Set(rows.map((row) => row.createdById).filter((id) => id !== null))];
  const users =
    ids.length === 0
      ? []
      : await tx.user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  const targets = rows.map((row) => row.rollbackToId).filter((id) => id !== null);
  const earlier =
    targets.length === 0
      ? []
      : await tx.deployment.findMany({ where: { id: { in: targets } }, select: { id: true, number: true } });
  return rows.map((row) => ({
    id: row.id,
    appId: row.appId,
    number: row.number,
    commit: row.commit,
    commitMessage: row.commitMessage,
    branch: row.branch,
    tag: row.tag,
    status: deploymentStatus.parse(row.status),
    rollbackTo: earlier.find(({ id }) => id === row.rollbackToId) ?? null,
    operationId: row.operationId,
    createdBy: users.find((user) => user.id === row.createdById) ?? null,
    createdAt: row.createdAt.toISOString(),
    finishedAt: isoOf(row.finishedAt),
  }));
}

export async function viewDeployments(
  tx: Transaction,
  rows: readonly DeploymentRow[],
): Promise<DeploymentView[]> {
  const summaries = await viewDeploymentSummaries(tx, rows);
  return rows.map((row, index) => ({
    ...(summaries[index] as DeploymentSummary),
    canary: viewCanary(row),
    releases: row.releases.map((release) => ({
      id: release.id,
      deploymentId: release.deploymentId,
      backendId: release.backendId,
      serverId: release.backend.server.id,
      serverName: release.backend.server.name,
      commit: release.commit,
      kept: release.prunedAt === null && ['live', 'superseded'].includes(release.status),
      status: releaseStatus.parse(release.status),
      error: viewError(release.error),
      startedAt: isoOf(release.startedAt),
      finishedAt: isoOf(release.finishedAt),
    })),
  }));
}
