import {
  createPostgresBackend,
  LATEST_SCHEMA_VERSION,
  Queue,
  runMigrations,
  Worker,
  withBackend,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';

/** Where jobs wait: in Postgres (schema `bullmq` of the given database) or in Redis (`redis://…`, or the path of a socket). */
export type QueueDriver = { driver: 'postgres'; url: string } | { driver: 'redis'; url: string };

/** BullMQ's classes over an open connection. */
export interface QueueConnection {
  Queue: typeof Queue;
  Worker: typeof Worker;
  connection: Redis | pg.Pool;
  /** May be called again. */
  close(): Promise<void>;
}

const queueSchema = 'bullmq';

/** Makes BullMQ's tables where they are missing or old; the quick look first, because its migration locks even when there is nothing to do. */
async function ensureSchema(pool: pg.Pool): Promise<void> {
  const version = await pool
    .query<{ version: number }>('SELECT max(version) AS version FROM migration')
    .then(({ rows }) => rows[0]?.version ?? 0)
    .catch((error: { code?: string }) => {
      if (error.code === '42P01') return 0;
      throw error;
    });
  if (version >= LATEST_SCHEMA_VERSION) return;
  const client = await pool.connect();
  try {
    await runMigrations(client, queueSchema);
  } finally {
    client.release();
  }
}

async function openPostgres(url: string, poolSize: number): Promise<QueueConnection> {
  // BullMQ can load neither `pg` nor `ioredis` from an ES module by itself, so both are handed over ready-made.
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    keepAlive: true,
    // A worker that can't connect ends at its start; whoever enqueues has a patience of his own.
    connectionTimeoutMillis: 30_000,
    // Opened anew, it would know no plan.
    idleTimeoutMillis: 600_000,
    options: `-c search_path=${queueSchema}`,
  });
  pool.on('error', () => {});
  try {
    await ensureSchema(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const classes = withBackend(createPostgresBackend);
  let ending: Promise<void> | undefined;
  return {
    Queue: classes.Queue as unknown as typeof Queue,
    Worker: classes.Worker as unknown as typeof Worker,
    connection: pool,
    close: () => {
      ending ??= pool.end();
      return ending;
    },
  };
}

async function openRedis(url: string): Promise<QueueConnection> {
  const redis = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
  redis.on('error', () => {});
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return {
    Queue,
    Worker,
    connection: redis,
    close: async () => {
      redis.disconnect();
    },
  };
}

/** Opens the connection, tried once: rejects where nobody answers. */
export function openConnection(driver: QueueDriver, poolSize: number): Promise<QueueConnection> {
  return driver.driver === 'postgres' ? openPostgres(driver.url, poolSize) : openRedis(driver.url);
}
