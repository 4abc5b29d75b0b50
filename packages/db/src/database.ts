import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { Client } from './client.ts';
import type { PrismaClient } from './generated/client.ts';

export interface DatabaseOptions {
  /** Connections at most; default 10. */
  poolSize?: number;
}

/** One process's way to Postgres. */
export interface Database {
  readonly prisma: PrismaClient;
  /** The connections under `prisma`, for statements that are not Prisma's. */
  readonly pool: pg.Pool;
  /** Ends every connection; statements under way finish first. */
  close(): Promise<void>;
}

/** A connection that is opened anew knows no plan and no catalog: what begins after a quiet minute would take half as long again. */
const idleTimeoutMs = 600_000;

/** How long a transaction waits for a connection of the pool, and how long it may take: a busy machine is no reason to refuse what somebody asked for. */
const transactionOptions = { maxWait: 10_000, timeout: 20_000 };

/**
 * Opens no connection yet: the first statement does.
 *
 * @param url `postgresql://user:password@host:port/database`
 */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: idleTimeoutMs,
    keepAlive: true,
    // Columns are `timestamp without time zone` in UTC: `now()` must mean the same in every session.
    options: '-c TimeZone=UTC',
  });
  // An idle connection that breaks is replaced at its next use; without a listener it would end the process.
  pool.on('error', () => {});
  const prisma = new Client({ adapter: new PrismaPg(pool), transactionOptions });
  return {
    prisma,
    pool,
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
