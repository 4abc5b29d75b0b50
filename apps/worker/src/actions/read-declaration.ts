import { declaredProcessesOf } from '@fairlead/core';
import { type Deployment, Prisma } from '@fairlead/db';
import type { Run } from '../runtime/run.ts';
import type { BuiltRollout } from './backend-rollout.ts';

/**
 * The processes that the commit's `fairlead.yml` declares, as a server that built it has read it; a rollback has those of the deployment that it
 * goes back to.
 * @throws AppError `invalid-input` which names line and key
 */
export async function readDeclaration(
  run: Run,
  deployment: Deployment,
  folder: string | null,
  rollouts: readonly BuiltRollout[],
): Promise<void> {
  const { prisma } = run.worker;
  const earlier =
    deployment.rollbackToId === null
      ? null
      : await prisma.deployment.findUnique({ where: { id: deployment.rollbackToId } });
  // Those that were sent the build alone do not have the commit: a canary's start has read it for its promotion.
  const read = rollouts.find(({ declaration }) => declaration?.known === true)?.declaration;
  if (earlier === null && read === undefined) return;
  const processes =
    earlier?.processes ?? declaredProcessesOf(read?.text ?? null, { folder, file: read?.file });
  await prisma.deployment.update({
    where: { id: deployment.id },
    data: { processes: processes === null ? Prisma.DbNull : (processes as object[]) },
  });
}
