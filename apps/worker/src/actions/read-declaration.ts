import { declaredProcessesOf } from '@fairlead/core';
import { type Deployment, Prisma } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';
import { factsOf } from '../hosts/needs.ts';
import type { Run } from '../runtime/run.ts';
import type { Rollout } from './roll-out.ts';

/**
 * The processes that the commit's `fairlead.yml` declares, read once for each deployment from where it was built; a rollback has those of the deployment that it
 * goes back to.
 * @throws AppError `invalid-input` which names line and key
 */
export async function readDeclaration(
  run: Run,
  fleet: Fleet,
  deployment: Deployment,
  rollouts: readonly Rollout[],
): Promise<void> {
  const { prisma } = run.worker;
  const earlier =
    deployment.rollbackToId === null
      ? null
      : await prisma.deployment.findUnique({ where: { id: deployment.rollbackToId } });
  const processes = earlier?.processes ?? declaredProcessesOf(await textOf(run, fleet, rollouts));
  await prisma.deployment.update({
    where: { id: deployment.id },
    data: { processes: processes === null ? Prisma.DbNull : (processes as object[]) },
  });
}

/** Asks one server after another for the file: those that were sent the build alone do not have the commit. Host programs that are older than processes are not asked. */
async function textOf(run: Run, fleet: Fleet, rollouts: readonly Rollout[]): Promise<string | null> {
  for (const { backend, release } of rollouts) {
    const server = serverOf(fleet, backend.serverId);
    if (factsOf(server)?.processes !== true) continue;
    const client = await run.worker.hosts.client(server);
    const { app } = fleet;
    const { known, text } = await client.call('release.declaration', {
      app: app.slug,
      commit: release.commit,
    });
    if (known) return text;
  }
  return null;
}
