import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { migrate, startEmbeddedPostgres } from '@fairlead/db';
import { type Child, startChild } from './child.ts';
import { controlPlaneEnvironment } from './environment.ts';
import { repositoryRoot, webServer, workerProgram } from './places.ts';
import type { Progress } from './progress.ts';

export interface ControlPlaneOptions {
  /** Database, secret key and logs live here. */
  dataDir: string;
  /** Port of the dashboard; a free one where it is not given. */
  port?: number;
  /** Data that nobody will miss: Postgres does not wait for the disk. */
  disposable?: boolean;
  progress: Progress;
}

/** Fairlead running on this machine: embedded Postgres, web, worker. */
export interface ControlPlane {
  readonly url: string;
  readonly databaseUrl: string;
  /** Claims the installation once; useless afterwards. */
  readonly setupToken: string;
  readonly web: Child;
  /** The worker of the moment: `restartWorker` replaces it. */
  readonly worker: Child;
  /** Starts a new worker; the old one has been stopped or killed. Resolves when it takes work. */
  restartWorker(): Promise<void>;
  stop(): Promise<void>;
}

/** A TCP port on 127.0.0.1 that nobody listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** What a machine with every core busy may need for a start of seconds. */
const startLimitMs = 240_000;

/** Resolves once the address answers. A child that ends is not waited for, and an answer that never comes is asked for again. */
async function answering(url: string, child: Child): Promise<void> {
  let ended = false;
  void child.ended.then(() => {
    ended = true;
  });
  for (const until = performance.now() + startLimitMs; performance.now() < until && !ended; ) {
    const response = await fetch(url, { signal: AbortSignal.timeout(20_000) }).catch(() => null);
    if (response && response.status < 500) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const why = ended ? 'its process ended' : `not within ${startLimitMs / 1000} s`;
  throw new Error(
    `${url} did not answer: ${why}. Its log, ${child.logFile}, ends with:\n${lastLines(child.logFile)}`,
  );
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-12).join('\n');
}

/** Starts what `npm run build` has built, on an embedded Postgres. Rejects, with everything stopped again, when a part does not come up. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { dataDir, progress } = options;
  mkdirSync(dataDir, { recursive: true });
  const logs = join(dataDir, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });

  const postgres = await progress.step('starting the embedded Postgres', () =>
    startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), disposable: options.disposable ?? false }),
  );
  const running: Child[] = [];
  const stop = async () => {
    await Promise.all(running.map((child) => child.stop()));
    await postgres.stop();
  };
  try {
    await progress.step('migrating the database', () => migrate(postgres.url));
    const port = options.port ?? (await freePort());
    const url = `http://127.0.0.1:${port}`;
    const setupToken = randomBytes(24).toString('base64url');
    const env = {
      NODE_ENV: 'production',
      ...controlPlaneEnvironment({ dataDir, databaseUrl: postgres.url, url }),
    };
    const startWorker = async () => {
      const child = startChild({
        argv: [process.execPath, workerProgram],
        cwd: repositoryRoot,
        env,
        logFile: join(logs, 'worker.log'),
      });
      running.push(child);
      await child.line((line) => line.includes('"ready"'));
      return child;
    };
    const web = startChild({
      argv: [process.execPath, webServer],
      cwd: repositoryRoot,
      env: { ...env, PORT: String(port), HOSTNAME: '127.0.0.1', FAIRLEAD_SETUP_TOKEN: setupToken },
      logFile: join(logs, 'web.log'),
    });
    running.push(web);
    let worker = await progress.step('starting the web and the worker process', async () => {
      const [child] = await Promise.all([startWorker(), answering(`${url}/api/v1/setup`, web)]);
      return child;
    });
    return {
      url,
      databaseUrl: postgres.url,
      setupToken,
      web,
      get worker() {
        return worker;
      },
      async restartWorker() {
        worker = await startWorker();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
