import type { Transaction } from '../events.ts';
import type { Fleet } from '../fleet.ts';

/** What `fairlead.yml` declares at the commit that the primary serves, as {@link knownProcesses} reads it; empty before there is one. */
export async function readDeclared(tx: Transaction, { backends }: Pick<Fleet, 'backends'>): Promise<unknown> {
  const primary = backends.find(({ role }) => role === 'primary');
  if (primary?.releaseId == null) return [];
  const release = await tx.release.findUnique({
    where: { id: primary.releaseId },
    select: { deployment: { select: { processes: true } } },
  });
  return release?.deployment.processes ?? [];
}
