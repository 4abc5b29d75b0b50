import type { Deployment } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import type { Transaction } from '../events.ts';
import { found } from '../tenant.ts';

type Earlier = Deployment & { commit: string };

/**
 * The deployment that is to be rolled back to.
 * @throws AppError `not-found`; `conflict` where it never served, or serves now
 */
export async function requireRollback(tx: Transaction, appId: string, id: string): Promise<Earlier> {
  const { commit, ...earlier } = found(
    await tx.deployment.findUnique({ where: { id, appId } }),
    'deployment',
  );
  if (earlier.status === 'succeeded') {
    throw new AppError('conflict', `Deployment #${earlier.number} is what is served now.`);
  }
  if (earlier.status !== 'superseded' || commit === null) {
    throw new AppError('conflict', `Deployment #${earlier.number} never served: it is ${earlier.status}.`, {
      hint: 'Choose one that had succeeded.',
    });
  }
  return { ...earlier, commit };
}
