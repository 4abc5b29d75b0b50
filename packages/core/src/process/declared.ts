import type { Transaction } from '../events.ts';
import type { Fleet } from '../fleet.ts';

/** What `fairlead.yml` declares at the commit that the primary serves, as {@link knownProcesses} reads it; empty before there is one. */
export async function readDeclared(tx: Transaction, fleet: Pick<Fleet, 'backends'>): Promise<unknown> {
  const primary = fleet.backends.find(({ role }) => role === 'primary');
  return (primary && (await readDeclaredAt(tx, { backends: [primary] })).get(primary.id)) ?? [];
}

/** The same by backend: one that has a canary runs what that commit declares. Backends that serve nothing yet are left out. */
export async function readDeclaredAt(
  tx: Transaction,
  { backends }: Pick<Fleet, 'backends'>,
): Promise<Map<string, unknown>> {
  const ids = backends.flatMap(({ releaseId }) => releaseId ?? []);
  const releases = await tx.release.findMany({
    where: { id: { in: ids } },
    select: { id: true, deployment: { select: { processes: true } } },
  });
  const declared = new Map(releases.map(({ id, deployment }) => [id, deployment.processes]));
  return new Map(
    backends.flatMap(({ id, releaseId }) => {
      const found = releaseId === null ? undefined : declared.get(releaseId);
      return found === undefined ? [] : [[id, found ?? []]];
    }),
  );
}
