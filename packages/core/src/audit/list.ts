import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { newestFirst, pageOf } from '../page.ts';
import { tenant } from '../tenant.ts';
import { listAuditInput } from './schemas.ts';

export interface AuditEntryView {
  id: string;
  actorId: string | null;
  actorName: string;
  action: string;
  subjectType: string;
  subjectId: string;
  subjectName: string;
  operationId: string | null;
  details: Record<string, unknown> | null;
  createdAt: string;
}

/** Who changed what, newest first. */
export const listAudit: UseCase<unknown, { items: AuditEntryView[]; nextCursor: string | null }> = async (
  ctx,
  actor,
  input,
) => {
  authorize(actor, 'audit.list');
  const page = parseInput(listAuditInput, input ?? {});
  const rows = await tenant(ctx, actor).auditEntry.findMany(newestFirst(page));
  const views = rows.map(({ organizationId: _, createdAt, details, ...row }) => ({
    ...row,
    details: details as Record<string, unknown> | null,
    createdAt: createdAt.toISOString(),
  }));
  return pageOf(rows, page.limit, views);
};
