import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Cipher, createDatabase, type Listener, listen } from '@fairlead/db';
import { createQueue, createWorker, type QueueDriver } from '@fairlead/jobs';
import { AcmeTransport } from '@fairlead/remote/acme';
import { type GitOptions, listRemote, readTag } from '@fairlead/remote/git';
import { readNetworkList } from '@fairlead/remote/network-list';
import type { Logger } from 'pino';
import { startCanaryWatch } from './canary/watch.ts';
import { startCatchUpWatch } from './catch-up/watch.ts';
import { startCertificateWatch } from './certificates/watch.ts';
import type { WorkerContext } from './context.ts';
import { startDriftWatch } from './drift/watch.ts';
import type { Environment } from './env.ts';
import { handlers } from './handlers/index.ts';
import { Hosts } from './hosts/hosts.ts';
import { Preparation } from './hosts/preparation.ts';
import { startNetworkListWatch } from './network-list/watch.ts';
import { type Poller, startPoller } from './poller/poller.ts';
import { showPresence } from './runtime/presence.ts';
import { runOperation } from './runtime/run-operation.ts';
import { runAsSoleHolder } from './runtime/sole-holder.ts';
import { startSweeper } from './runtime/sweeper.ts';
import { keepBalancersWarm } from './runtime/warm-connections.ts';
import { startSlowStartWatch } from './slow-start/watch.ts';
import { startUsageWatch } from './usage/watch.ts';

/** The same distance from `src/` and from `dist/`. */
const ansibleCallback = join(import.meta.dirname, '../../../packages/remote/ansible-callback');

/** What a cut-off step gets to come to its end (milliseconds). */
const lastPatienceMs = 5_000;

/** Changes after which other backends may have to be asked, or asked otherwise. */
const pollerTopics = new Set(['app', 'backend', 'load-balancer', 'deployment', 'server']);

/** A running worker. */
export interface WorkerProcess {
  readonly workerId: string;
  /** Takes no more work, lets running steps end, gives the rest back to the queue, and lets go of everything. */
  stop(): Promise<void>;
}

/** Starts everything that a worker does. @throws when the database or the queue can't be reached */
export async function startWorkerProcess(env: Environment, log: Logger): Promise<WorkerProcess> {
  const concurrency = env.FAIRLEAD_WORKER_CONCURRENCY;
  const database = createDatabase(env.DATABASE_URL, { poolSize: Math.min(concurrency + 8, 24) });
  const cipher = new Cipher(env.FAIRLEAD_SECRET_KEY);
  const driver = queueDriver(env);
  const queue = createQueue(driver);
  const hosts = new Hosts(database.prisma, cipher);
  const acme = acmeTransport(env);
  const worker: WorkerContext = {
    workerId: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
    prisma: database.prisma,
    queue,
    cipher,
    hosts,
    clock: () => new Date(),
    log,
    commits: commitSource(env),
    networkLists: { read: (url) => readNetworkList(url) },
    acme,
    preparation: new Preparation(env.FAIRLEAD_ANSIBLE_DIR, ansibleCallback),
  };
  const soft = new AbortController();
  const hard = new AbortController();
  const shutdown = { soft: soft.signal, hard: hard.signal };
  const onError = (error: Error) => log.warn({ error }, 'the job queue');
  const jobs = await createWorker({
    ...driver,
    concurrency,
    onError,
    onJob: (_name, { operationId }) => runOperation(worker, handlers, operationId, shutdown),
  });

  const presence = showPresence(worker);
  const stopSweeping = startSweeper(worker);
  const warm = keepBalancersWarm(worker);
  let poller: Poller | null = null;
  const polling = runAsSoleHolder(worker, 'poller', () => {
    const started = startPoller(worker);
    const others = [
      startDriftWatch,
      startNetworkListWatch,
      startSlowStartWatch,
      startCatchUpWatch,
      startCanaryWatch,
      startUsageWatch,
      startCertificateWatch,
    ].map((start) => start(worker));
    poller = started;
    return { stop: async () => void (await Promise.all([started, ...others].map((each) => each.stop()))) };
  });
  const listener: Listener = await listen(env.DATABASE_URL, {
    onEvent({ t }) {
      if (pollerTopics.has(t)) poller?.refresh();
      if (t === 'server') warm.refresh();
    },
    onGap: () => poller?.refresh(),
    onError: (error) => log.warn({ error }, 'changes are not heard'),
  });
  log.info({ workerId: worker.workerId, queue: driver.driver, concurrency }, 'the worker takes work');

  return {
    workerId: worker.workerId,
    async stop() {
      soft.abort();
      stopSweeping();
      warm.stop();
      const graceMs = env.FAIRLEAD_SHUTDOWN_TIMEOUT_MS;
      const timer = setTimeout(() => hard.abort(), graceMs);
      await Promise.all([jobs.close(graceMs + lastPatienceMs), polling.stop(), listener.close()]);
      clearTimeout(timer);
      await presence.stop();
      hosts.close();
      acme.close();
      await queue.close();
      await database.close();
      log.info({ workerId: worker.workerId }, 'the worker has stopped');
    },
  };
}

function queueDriver(env: Environment): QueueDriver {
  if (env.FAIRLEAD_QUEUE === 'redis') return { driver: 'redis', url: env.REDIS_URL ?? '' };
  return { driver: 'postgres', url: env.DATABASE_URL };
}

function acmeTransport(env: Environment): AcmeTransport {
  const file = env.FAIRLEAD_ACME_ROOTS;
  return new AcmeTransport({
    allowPrivateNetworks: env.FAIRLEAD_ALLOW_PRIVATE_DIRECTORIES,
    ...(file === undefined ? {} : { roots: readFileSync(file, 'utf8') }),
  });
}

function commitSource(env: Environment): WorkerContext['commits'] {
  const isLocal = env.FAIRLEAD_ALLOW_PRIVATE_REPOSITORIES;
  const options: GitOptions = { allowHttp: isLocal, allowPrivateNetworks: isLocal };
  return {
    headOf: async ({ key, tag, ...request }) =>
      tag === null
        ? (await listRemote(request, { ...options, key })).commit
        : readTag({ ...request, tag }, { ...options, key }),
  };
}
