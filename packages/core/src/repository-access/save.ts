import type { Prisma } from '@fairlead/db';
import { recordAudit } from '../audit/record.ts';
import type { Action } from '../authorize.ts';
import type { Actor } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { type AppAccess, loadAccess } from './load.ts';
import { type RepositoryAccessView, viewAccess } from './view.ts';

interface Change {
  action: Action;
  /** Columns to write. */
  data: Omit<Prisma.RepositoryAccessUncheckedCreateInput, 'appId'>;
  /** For the audit; never a secret. */
  details?: Prisma.InputJsonObject;
}

/** Writes a change of what opens an app's repository, with its entry in the audit log. */
export async function saveAccess(
  tx: Transaction,
  actor: Actor,
  { app }: AppAccess,
  { action, data, details = {} }: Change,
): Promise<RepositoryAccessView> {
  const { id: appId, name } = app;
  await tx.repositoryAccess.upsert({ where: { appId }, create: { appId, ...data }, update: data });
  await recordAudit(tx, actor, action, { type: 'app', id: appId, name }, { details });
  await announce(tx, actor.organizationId, 'app', appId);
  return viewAccess(await loadAccess(tx, appId));
}
