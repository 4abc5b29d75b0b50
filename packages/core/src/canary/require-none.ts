import { Prisma } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import type { Transaction } from '../events.ts';

/** For what concerns every backend at once. @throws AppError `conflict` while there is a canary, or one is to begin */
export async function requireNoCanary(tx: Transaction, appId: string): Promise<void> {
  const canary = await tx.deployment.findFirst({
    where: { appId, status: { in: ['queued', 'running', 'canary'] }, canary: { not: Prisma.DbNull } },
    select: { number: true },
  });
  if (canary === null) return;
  throw new AppError(
    'conflict',
    `Deployment #${canary.number} is a canary: its backends have another release than the others.`,
    {
      hint: 'Promote or abort it first.',
    },
  );
}
