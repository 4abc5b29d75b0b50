import type { App, RepositoryAccess } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import type { Actor } from '../context.ts';
import type { Transaction } from '../events.ts';
import { found, lockApp } from '../tenant.ts';
import { placeOf, type RepositoryPlace } from './place.ts';

export interface AppAccess {
  app: App;
  access: RepositoryAccess | null;
  repository: RepositoryPlace;
}

/** An app with what opens its repository. @throws AppError `not-found` */
export async function loadAccess(tx: Transaction, appId: string): Promise<AppAccess> {
  const row = await tx.app.findUnique({ where: { id: appId }, include: { repositoryAccess: true } });
  const { repositoryAccess: access, ...app } = found(row, 'app');
  return { app, access, repository: placeOf(app.repositoryUrl) };
}

/** The same, held until the transaction ends, to be changed. @throws AppError `not-found`, `conflict` */
export async function holdAccess(
  tx: Transaction,
  actor: Pick<Actor, 'organizationId'>,
  appId: string,
): Promise<AppAccess> {
  await lockApp(tx, actor, appId);
  const loaded = await loadAccess(tx, appId);
  if (loaded.app.removing) throw new AppError('conflict', 'This app is being removed.');
  return loaded;
}

/** @throws AppError `conflict` unless the repository is asked by SSH */
export function needSsh({ repository }: AppAccess): void {
  if (repository.transport === 'ssh') return;
  throw new AppError('conflict', 'This app’s repository is not read by SSH.', {
    hint: 'Change its address to git@host:path first, or use a token.',
  });
}
