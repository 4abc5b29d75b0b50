import { announce } from '@fairlead/core';
import type { PrismaClient, Server } from '@fairlead/db';
import type { Finding } from './findings.ts';

/** Kinds that a look could see; of the others nothing is known, so nothing changes. */
export type SeenKinds = readonly Finding['kind'][];

/**
 * Brings the stored differences of one server to what a look found: new ones are opened, changed ones follow, and those that are gone on the machine
 * are resolved. Listeners hear of the app and the server only when something changed.
 */
export async function storeFindings(
  prisma: PrismaClient,
  server: Pick<Server, 'id' | 'organizationId'>,
  findings: readonly Finding[],
  kinds: SeenKinds,
  now: Date,
): Promise<void> {
  await prisma.$transaction(async (tx) => {
    const open = await tx.drift.findMany({
      where: { serverId: server.id, resolvedAt: null, kind: { in: [...kinds] } },
    });
    const changed = new Set<string>();
    for (const finding of findings) {
      const known = open.find((row) => isSame(row, finding));
      if (known?.expected === finding.expected && known.actual === finding.actual) continue;
      changed.add(finding.appId);
      if (known === undefined) {
        await tx.drift.create({ data: { ...finding, serverId: server.id, foundAt: now } });
      } else {
        await tx.drift.update({ where: { id: known.id }, data: finding });
      }
    }
    const gone = open.filter((row) => !findings.some((finding) => isSame(row, finding)));
    for (const { appId } of gone) changed.add(appId);
    await tx.drift.updateMany({
      where: { id: { in: gone.map(({ id }) => id) } },
      data: { resolvedAt: now },
    });
    for (const appId of changed) await announce(tx, server.organizationId, 'app', appId);
    if (changed.size > 0) await announce(tx, server.organizationId, 'server', server.id);
  });
}

function isSame(row: { appId: string; kind: string; subject: string }, finding: Finding): boolean {
  return row.appId === finding.appId && row.kind === finding.kind && row.subject === finding.subject;
}
