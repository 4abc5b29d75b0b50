import {
  type Api,
  createAccountStore,
  createApi,
  createAuth,
  createEventHub,
  type EventHub,
} from '@fairlead/api';
import { type Context, ensureSetupToken } from '@fairlead/core';
import { Cipher, createDatabase, deriveKey, listen } from '@fairlead/db';
import { Secret } from '@fairlead/errors';
import { createQueue, type QueueDriver } from '@fairlead/jobs';
import { domainAddresses } from '@fairlead/remote/dns';
import { createRepositorySource } from '@fairlead/remote/git';
import { createKeyPair } from '@fairlead/remote/key-pair';
import { readNetworkList } from '@fairlead/remote/network-list';
import type { Logger } from 'pino';
import packageJson from '../../package.json' with { type: 'json' };
import { type Environment, readEnvironment } from '../env.ts';
import { createLog } from './log.ts';

/** What this process keeps for its whole life. */
export interface ControlPlane {
  api: Api;
  /** Says the setup token on standard output while nobody owns this installation, and begins to listen for changes. */
  start(): Promise<void>;
}

function queueDriver(env: Environment): QueueDriver {
  if (env.FAIRLEAD_QUEUE === 'redis') return { driver: 'redis', url: env.REDIS_URL ?? '' };
  return { driver: 'postgres', url: env.DATABASE_URL };
}

/** Tells every open event stream what changed, and goes on trying while the database is away. */
async function hear(env: Environment, events: EventHub, log: Logger): Promise<void> {
  for (;;) {
    try {
      await listen(env.DATABASE_URL, {
        onEvent: events.publish,
        onGap: events.gap,
        onError: (error) => log.warn({ error }, 'changes are not heard'),
      });
      return;
    } catch (error) {
      log.warn({ error }, 'changes are not heard yet');
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

function createControlPlane(env: Environment): ControlPlane {
  const log = createLog(env.LOG_LEVEL);
  const { prisma } = createDatabase(env.DATABASE_URL);
  const clock = () => new Date();
  const baseUrl = new URL(env.FAIRLEAD_URL).origin;
  const auth = createAuth({
    prisma,
    clock,
    baseUrl,
    secret: new Secret(deriveKey(env.FAIRLEAD_SECRET_KEY, 'session').toString('hex')),
  });
  const isLocal = env.FAIRLEAD_ALLOW_PRIVATE_REPOSITORIES;
  const ctx: Context = {
    prisma,
    clock,
    log,
    queue: createQueue(queueDriver(env)),
    cipher: new Cipher(env.FAIRLEAD_SECRET_KEY),
    repositories: createRepositorySource({ allowHttp: isLocal, allowPrivateNetworks: isLocal }),
    domains: { addresses: (name) => domainAddresses(name) },
    networkLists: { read: (url) => readNetworkList(url) },
    generateKeyPair: () => createKeyPair('fairlead'),
    accounts: createAccountStore(auth),
    allowPlainHttpRepositories: isLocal,
  };
  const events = createEventHub();
  const header = env.FAIRLEAD_CLIENT_ADDRESS_HEADER;
  const api = createApi({
    ctx,
    auth,
    events,
    version: packageJson.version,
    origins: [baseUrl],
    clientAddress: header ? (request) => request.headers.get(header)?.split(',')[0]?.trim() : undefined,
  });
  return {
    api,
    async start() {
      void hear(env, events, log);
      const setup = await ensureSetupToken(ctx, env.FAIRLEAD_SETUP_TOKEN);
      // Not through the log: it keeps secrets out of what is collected.
      if (setup)
        process.stdout.write(`\nSet up Fairlead at ${baseUrl}/setup\nSetup token: ${setup.token}\n\n`);
    },
  };
}

// Next.js loads this file once for each of its bundles; the process still has one pool, one queue and one ear.
const kept = Symbol.for('fairlead.control-plane');
const store = globalThis as { [kept]?: ControlPlane };

/** The process's one control plane, made at the first call. */
export function controlPlane(): ControlPlane {
  store[kept] ??= createControlPlane(readEnvironment());
  return store[kept];
}
