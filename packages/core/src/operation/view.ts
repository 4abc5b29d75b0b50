import type { Operation, Step } from '@fairlead/db';
import type { Transaction } from '../events.ts';
import { isoOf } from '../tenant.ts';
import type { OperationKind } from './kinds.ts';
import { type OperationStatus, operationStatus, type StepStatus, stepStatus } from './status.ts';

/** `AppError.toPublic()` as it was stored. */
export interface PublicError {
  code: string;
  message: string;
  hint?: string;
  server?: string;
  details?: Record<string, unknown>;
}

export interface OperationView {
  id: string;
  kind: OperationKind;
  title: string;
  status: OperationStatus;
  appId: string | null;
  appName: string | null;
  serverId: string | null;
  serverName: string | null;
  backendId: string | null;
  deploymentId: string | null;
  generation: number | null;
  error: PublicError | null;
  actorName: string | null;
  attempt: number;
  progress: number | null;
  currentStep: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  cancelRequestedAt: string | null;
}

export interface StepView {
  id: string;
  key: string;
  position: number;
  title: string;
  serverId: string | null;
  serverName: string | null;
  status: StepStatus;
  progress: number | null;
  detail: string | null;
  error: PublicError | null;
  startedAt: string | null;
  finishedAt: string | null;
}

type OperationRow = Operation & {
  app: { name: string } | null;
  steps: Pick<Step, 'status' | 'title' | 'progress' | 'position'>[];
};

/** What {@link viewOperations} needs of a row. */
export const operationInclude = {
  app: { select: { name: true } },
  steps: {
    select: { status: true, title: true, progress: true, position: true },
    orderBy: { position: 'asc' },
  },
} as const;

export function viewError(error: unknown): PublicError | null {
  return (error ?? null) as PublicError | null;
}

/** Rows as they are shown; names of servers are read in one query. */
export async function viewOperations(
  tx: Transaction,
  rows: readonly OperationRow[],
): Promise<OperationView[]> {
  const ids = [...new Set(rows.map((row) => row.serverId).filter((id) => id !== null))];
  const servers =
    ids.length === 0
      ? []
      : await tx.server.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  const names = new Map(servers.map((server) => [server.id, server.name]));
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind as OperationKind,
    title: row.title,
    status: operationStatus.parse(row.status),
    appId: row.appId,
    appName: row.app?.name ?? null,
    serverId: row.serverId,
    serverName: row.serverId === null ? null : (names.get(row.serverId) ?? null),
    backendId: row.backendId,
    deploymentId: row.deploymentId,
    generation: row.generation,
    error: viewError(row.error),
    actorName: row.actorName,
    attempt: row.attempt,
    progress: progressOf(row),
    currentStep:
      (
        row.steps.find((step) => step.status === 'running') ??
        row.steps.find((step) => step.status === 'failed')
      )?.title ?? null,
    createdAt: row.createdAt.toISOString(),
    startedAt: isoOf(row.startedAt),
    finishedAt: isoOf(row.finishedAt),
    cancelRequestedAt: isoOf(row.cancelRequestedAt),
  }));
}

/** One row as it is shown. */
export async function viewOperation(tx: Transaction, id: string): Promise<OperationView> {
  const row = await tx.operation.findUniqueOrThrow({ where: { id }, include: operationInclude });
  const [view] = await viewOperations(tx, [row]);
  return view as OperationView;
}

function progressOf(row: OperationRow): number | null {
  if (row.status === 'succeeded') return 1;
  if (row.steps.length === 0) return null;
  const done = row.steps.reduce((sum, step) => {
    if (step.status === 'succeeded' || step.status === 'skipped') return sum + 1;
    return sum + (step.status === 'running' ? (step.progress ?? 0) : 0);
  }, 0);
  return done / row.steps.length;
}

export function viewStep(step: Step & { server: { name: string } | null }): StepView {
  return {
    id: step.id,
    key: step.key,
    position: step.position,
    title: step.title,
    serverId: step.serverId,
    serverName: step.server?.name ?? null,
    status: stepStatus.parse(step.status),
    progress: step.progress,
    detail: step.detail,
    error: viewError(step.error),
    startedAt: isoOf(step.startedAt),
    finishedAt: isoOf(step.finishedAt),
  };
}
