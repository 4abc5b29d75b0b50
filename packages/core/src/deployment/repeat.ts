import type { Deployment } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import type { Requester } from '../context.ts';
import { announce, type Transaction } from '../events.ts';

/**
 * In the caller's transaction, which holds the app: another deployment of the commit that is served, for a change of what its environment holds. Builds are
 * taken again only where they were made with the same environment, as a build may hold values of it.
 * @throws AppError `conflict` where nothing is served yet
 */
export async function repeatDeployment(
  tx: Transaction,
  requester: Requester,
  appId: string,
): Promise<Deployment> {
  const served = await servedDeployment(tx, appId);
  const newest = await tx.deployment.findFirst({
    where: { appId },
    orderBy: { number: 'desc' },
    select: { number: true },
  });
  const { commit, commitMessage, tag, branch } = served;
  const number = (newest?.number ?? 0) + 1;
  const deployment = await tx.deployment.create({
    data: { appId, number, commit, commitMessage, tag, branch, createdById: requester.userId },
  });
  await announce(tx, requester.organizationId, 'deployment', deployment.id);
  return deployment;
}

/** What is served now. @throws AppError `conflict` where that is nothing */
export async function servedDeployment(tx: Transaction, appId: string): Promise<Deployment> {
  const served = await tx.deployment.findFirst({
    where: { appId, status: 'succeeded' },
    orderBy: { number: 'desc' },
  });
  if (served !== null) return served;
  throw new AppError('conflict', 'The app does not serve yet.', { hint: 'Deploy it first.' });
}
