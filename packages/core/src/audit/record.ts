import type { Prisma } from '@fairlead/db';
import type { Actor } from '../context.ts';
import type { Transaction } from '../events.ts';

export interface AuditSubject {
  type: 'organization' | 'server' | 'app' | 'token' | 'operation';
  id: string;
  name: string;
}

/** Who did what to which thing; never a secret in `details`. */
export async function recordAudit(
  tx: Transaction,
  actor: Pick<Actor, 'organizationId' | 'name'> & { userId: string | null },
  action: string,
  subject: AuditSubject,
  more: { operationId?: string; details?: Prisma.InputJsonObject } = {},
): Promise<void> {
  await tx.auditEntry.create({
    data: {
      organizationId: actor.organizationId,
      actorId: actor.userId,
      actorName: actor.name,
      action,
      subjectType: subject.type,
      subjectId: subject.id,
      subjectName: subject.name,
      operationId: more.operationId ?? null,
      ...(more.details === undefined ? {} : { details: more.details }),
    },
  });
}
