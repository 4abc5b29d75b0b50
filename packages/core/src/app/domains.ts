import type { Transaction } from '../events.ts';
import { fieldConflict } from '../input.ts';

/**
 * A domain leads to one app on this installation, whoever owns it. Holds a lock until the transaction ends, so that two requests can't both find it free.
 */
export async function claimDomains(
  tx: Transaction,
  domains: readonly string[],
  appId: string | null,
): Promise<void> {
  if (domains.length === 0) return;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('domains', 0))`;
  // Raw SQL sees every tenant's rows.
  const [holder] = await tx.$queryRaw<{ domains: string[] }[]>`
    SELECT domains FROM app WHERE domains && ${[...domains]}::text[] AND id <> ${appId ?? ''} LIMIT 1`;
  if (holder === undefined) return;
  const index = domains.findIndex((domain) => holder.domains.includes(domain));
  throw fieldConflict(`domains.${index}`, `${domains[index]} belongs to another app already.`);
}

/** Two apps without a domain on one balancer would answer to the same address. */
export async function checkNameless(
  tx: Transaction,
  balancerServerId: string,
  appId: string | null,
): Promise<void> {
  const other = await tx.app.findFirst({
    where: {
      domains: { isEmpty: true },
      loadBalancer: { OR: [{ balancerServerId }, { successorServerId: balancerServerId }] },
      ...(appId === null ? {} : { id: { not: appId } }),
    },
    select: { name: true },
  });
  if (other === null) return;
  throw fieldConflict(
    'domains',
    `${other.name} has no domain either and answers on the same address.`,
    'Give this app a domain, so that visitors of the two can be told apart.',
  );
}
