import type { Prisma, PrismaClient } from '@fairlead/db';
import { importsOf } from './imports-of.ts';

/**
 * Makes the desired state again what it was before the newest import, as a new generation; for the worker, whose balancer refused it.
 * @param generation that the import came with: if anybody has changed something since, the settings stay and the file alone is left where it is
 * @returns whether all of it was taken back
 */
export async function takeBackImport(
  prisma: PrismaClient,
  appId: string,
  generation: number,
): Promise<boolean> {
  return prisma.$transaction(async (tx) => {
    const row = await tx.loadBalancer.findUnique({ where: { appId } });
    if (row === null) return false;
    const imports = importsOf(row);
    const last = imports.at(-1);
    if (last === undefined || last.generation !== generation) return false;
    const { domains, http, backends, ...balancing } = last.before;
    // The worker itself may have taken the next number for the import.
    const isNewest = row.generation === generation || row.generation === row.observedGeneration;
    const { count } = await tx.loadBalancer.updateMany({
      where: { appId, generation: row.generation },
      data: {
        ...(isNewest ? { ...balancing, http: http as Prisma.InputJsonObject } : {}),
        imports: imports.slice(0, -1) as object[],
        generation: row.generation + 1,
      },
    });
    if (count === 0 || !isNewest) return false;
    await tx.app.update({ where: { id: appId }, data: { domains } });
    for (const { id, ...columns } of backends) {
      await tx.backend.updateMany({ where: { id, desired: { not: 'removed' } }, data: columns });
    }
    return true;
  });
}
