import { Prisma, type PrismaClient } from './generated/client.ts';

/** Resources held by one holder. */
export interface HeldLeases {
  readonly holder: string;
  /** Resource → fencing token: grows whenever somebody takes the resource anew, never shrinks. */
  readonly tokens: ReadonlyMap<string, bigint>;
}

interface LeaseRow {
  resource: string;
  fencingToken: bigint;
}

class NotAllFree extends Error {}

// The database's clock alone decides: the clocks of two workers may differ.
const databaseClock = Prisma.sql`(clock_timestamp() AT TIME ZONE 'UTC')`;

function expiry(ttlMs: number): Prisma.Sql {
  return Prisma.sql`${databaseClock} + ${ttlMs}::double precision * interval '1 millisecond'`;
}

/** Rows are locked in this order everywhere, so that two holders never wait for each other. */
function sorted(resources: Iterable<string>): string[] {
  return [...new Set(resources)].sort();
}

/**
 * Takes all the resources or none. A holder that asks again for what it holds keeps its tokens and gets the time anew; so make `holder`
 * unique for each attempt (`<worker>:<operation>:<attempt>`), not for each process.
 *
 * @param resources `server:<id>`, `poller`
 * @param ttlMs until it expires unless renewed
 * @returns `null` where somebody else holds one of them
 */
export async function acquireLeases(
  prisma: PrismaClient,
  resources: Iterable<string>,
  holder: string,
  ttlMs: number,
): Promise<HeldLeases | null> {
  const wanted = sorted(resources);
  try {
    return await prisma.$transaction(async (tx) => {
      const rows = await tx.$queryRaw<LeaseRow[]>`
        INSERT INTO lease AS held (resource, holder, "fencingToken", "expiresAt")
        SELECT wanted.resource, ${holder}, 1, ${expiry(ttlMs)}
        FROM unnest(${wanted}::text[]) WITH ORDINALITY AS wanted (resource, position)
        ORDER BY wanted.position
        ON CONFLICT (resource) DO UPDATE SET
          holder = excluded.holder,
          "expiresAt" = ${expiry(ttlMs)},
          "fencingToken" = held."fencingToken"
            + CASE WHEN held.holder = excluded.holder AND held."expiresAt" > ${databaseClock} THEN 0 ELSE 1 END
        WHERE held.holder = excluded.holder OR held."expiresAt" <= ${databaseClock}
        RETURNING resource, "fencingToken"`;
      if (rows.length < wanted.length) throw new NotAllFree();
      return { holder, tokens: new Map(rows.map((row) => [row.resource, row.fencingToken])) };
    });
  } catch (error) {
    if (error instanceof NotAllFree) return null;
    throw error;
  }
}

/** Which rows are still exactly these leases: same holder, same token. */
function stillHeld(leases: HeldLeases): Prisma.Sql {
  const resources = sorted(leases.tokens.keys());
  const tokens = resources.map((resource) => leases.tokens.get(resource) ?? 0n);
  return Prisma.sql`
    holder = ${leases.holder} AND (resource, "fencingToken") IN (
      SELECT * FROM unnest(${resources}::text[], ${tokens}::bigint[]))`;
}

/**
 * Prolongs held leases. One that expired with nobody taking it is ours still: its token is the newest.
 *
 * @returns false where one of them is lost: stop what it guards
 */
export async function renewLeases(prisma: PrismaClient, leases: HeldLeases, ttlMs: number): Promise<boolean> {
  const renewed = await prisma.$executeRaw`
    UPDATE lease SET "expiresAt" = ${expiry(ttlMs)} WHERE ${stillHeld(leases)}`;
  return renewed === leases.tokens.size;
}

/** Gives held leases back; those lost meanwhile are left to their new holder. The rows stay, so that tokens go on growing. */
export async function releaseLeases(prisma: PrismaClient, leases: HeldLeases): Promise<void> {
  await prisma.$executeRaw`
    UPDATE lease SET holder = '', "expiresAt" = ${databaseClock} WHERE ${stillHeld(leases)}`;
}
