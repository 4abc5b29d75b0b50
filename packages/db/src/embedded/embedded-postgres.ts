import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@fairlead/errors';
import pg from 'pg';
import { locateBinaries } from './binaries.ts';
import { claimFolder } from './claim.ts';
import { ensureCluster, roleName } from './cluster.ts';
import { databaseUser } from './database-user.ts';
import { defaultDataDir, prepareFolder } from './folder.ts';
import { freePort } from './free-port.ts';
import { clearLeftovers } from './leftovers.ts';
import { type Server, type ServerOptions, StartFailure, startServer } from './server-process.ts';

const databaseName = 'fairlead';
const startAttempts = 25;
const pauseMs = 200;

export interface EmbeddedPostgresOptions {
  /** Cluster, password and claim live here; default `/var/lib/fairlead/postgres` for root, `./.fairlead/postgres` for others. */
  dataDir?: string;
  /** Default: a free one. */
  port?: number;
  /** Data that nobody will miss: does not wait for the disk, so a power cut may ruin it. */
  disposable?: boolean;
  /** Postgres's own log, a line at a time. */
  onLog?(line: string): void;
}

/** A Postgres of our own on the loopback. */
export interface EmbeddedPostgres {
  /** Of the database `fairlead`, whose role owns the cluster. */
  readonly url: string;
  /** Resolves when the server has ended, asked to or not. */
  readonly ended: Promise<void>;
  /** Ends it; data stays. */
  stop(): Promise<void>;
}

type Attempt = Omit<ServerOptions, 'port'>;

/** Tries again while the last server's backends are ending, and on another port where somebody was quicker to take it. */
async function startSomewhere(
  options: Attempt,
  wanted: number | undefined,
): Promise<{ server: Server; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await freePort());
    try {
      return { server: await startServer({ ...options, port }), port };
    } catch (error) {
      const log = error instanceof StartFailure ? error.log : '';
      const portTaken = log.includes('could not create any TCP/IP sockets');
      const backendsEnding =
        log.includes('is still in use') || log.includes('pre-existing shared memory block');
      if (portTaken && wanted !== undefined) {
        throw new AppError('port-taken', `Port ${port} is taken; the embedded Postgres cannot have it.`, {
          cause: error,
        });
      }
      if (attempt === startAttempts || !(portTaken || backendsEnding)) {
        throw new AppError('internal', 'The embedded Postgres did not start.', { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

async function ensureDatabase(serverUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(databaseName)}`);
  } finally {
    await client.end();
  }
}

/**
 * Starts Postgres from npm's packages on 127.0.0.1, with a password that is made once (`<dataDir>/password`). As root it runs under an
 * account of its own. A server that outlived an earlier run in the same folder is stopped first; any other is left alone.
 *
 * @throws AppError `conflict` (another process runs it), `port-taken`, `invalid-input` (folder out of reach), `system-unsupported`, `internal`
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const { disposable = false, onLog = () => {} } = options;
  const wanted = options.dataDir ?? defaultDataDir();
  await mkdir(wanted, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(wanted);
  const user = await databaseUser(join(dataDir, 'cluster'));
  await prepareFolder(dataDir, user);
  const release = await claimFolder(dataDir);
  try {
    const { initdb, postgres } = await locateBinaries(user, dataDir);
    const { cluster, password } = await ensureCluster({ initdb, user, dataDir, disposable, onLog });
    await clearLeftovers(cluster);
    const { server, port } = await startSomewhere(
      { postgres, user, cluster, disposable, onLog },
      options.port,
    );
    const stop = async () => {
      await server.stop();
      await release();
    };
    try {
      const serverUrl = `postgresql://${roleName}:${password}@127.0.0.1:${port}`;
      await ensureDatabase(`${serverUrl}/postgres`);
      return { url: `${serverUrl}/${databaseName}`, ended: server.ended, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    await release();
    throw error;
  }
}
