import { declaredProcessesOf } from '@fairlead/core';
import { type Deployment, Prisma, type Server } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';
import { factsOf } from '../hosts/needs.ts';
import type { Run } from '../runtime/run.ts';
import type { Rollout } from './roll-out.ts';

/**
 * The processes that the commit's `fairlead.yml` declares, read once for each deployment from what the primary built; a rollback has those of the deployment
 * that it goes back to.
 * @throws AppError `invalid-input` which names line and key
 */
export async function readDeclaration(
  run: Run,
  fleet: Fleet,
  deployment: Deployment,
  rollouts: readonly Rollout[],
): Promise<void> {
  const primary = rollouts.find(({ backend }) => backend.role === 'primary');
  if (primary === undefined) return;
  const { prisma } = run.worker;
  const server = serverOf(fleet, primary.backend.serverId);
  const earlier =
    deployment.rollbackToId === null
      ? null
      : await prisma.deployment.findUnique({ where: { id: deployment.rollbackToId } });
  const processes =
    earlier?.processes ?? declaredProcessesOf(await textOf(run, fleet, server, primary.release.commit));
  await prisma.deployment.update({
    where: { id: deployment.id },
    data: { processes: processes === null ? Prisma.DbNull : (processes as object[]) },
  });
}

/** None where the host program is older than processes: it is another one from the next preparation on. */
async function textOf(run: Run, fleet: Fleet, server: Server, commit: string): Promise<string | null> {
  if (factsOf(server)?.processes !== true) return null;
  const client = await run.worker.hosts.client(server);
  return (await client.call('release.declaration', { app: fleet.app.slug, commit })).text;
}
