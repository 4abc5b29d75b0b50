import type { PrismaClient } from '@fairlead/db';

/**
 * A mark of a server that no operation holds, null while one does. Two equal marks: nobody changed the server between them, as every operation takes
 * a lease and every lease a new token.
 */
export async function quietMark(prisma: PrismaClient, serverId: string): Promise<string | null> {
  const rows = await prisma.$queryRaw<{ token: bigint; isHeld: boolean }[]>`
    SELECT "fencingToken" AS token, "expiresAt" > (clock_timestamp() AT TIME ZONE 'UTC') AS "isHeld"
    FROM lease WHERE resource = ${`server:${serverId}`}`;
  const [lease] = rows;
  if (lease === undefined) return 'never';
  return lease.isHeld ? null : String(lease.token);
}
