/**
 * For whoever works on the pages: fills an empty, migrated database with an organization that has something of everything, so that each state can be
 * looked at. Never part of the product. `DATABASE_URL=… FAIRLEAD_SECRET_KEY=… FAIRLEAD_URL=… npx tsx apps/web/scripts/seed-preview.ts`
 * Signs in as owner@example.test with "correct horse battery".
 */
import { createAccountStore, createAuth } from '@fairlead/api';
import { claimSetup, createServer, ensureSetupToken } from '@fairlead/core';
import { Cipher, createDatabase, deriveKey } from '@fairlead/db';
import { Secret } from '@fairlead/errors';
import { domainAddresses } from '@fairlead/remote/dns';
import { createRepositorySource } from '@fairlead/remote/git';
import { createKeyPair } from '@fairlead/remote/key-pair';
import { readNetworkList } from '@fairlead/remote/network-list';
import { readEnvironment } from '../src/env.ts';
import { createLog } from '../src/server/log.ts';
import { seedApps } from './seed-apps.ts';
import { seedServers } from './seed-servers.ts';

const env = readEnvironment();
const { prisma, close } = createDatabase(env.DATABASE_URL);
const clock = () => new Date();
const secret = new Secret(deriveKey(env.FAIRLEAD_SECRET_KEY, 'session').toString('hex'));
const auth = createAuth({ prisma, clock, baseUrl: env.FAIRLEAD_URL, secret });
const ctx = {
  prisma,
  clock,
  log: createLog('warn'),
  queue: { enqueue: async () => {} },
  cipher: new Cipher(env.FAIRLEAD_SECRET_KEY),
  repositories: createRepositorySource(),
  domains: { addresses: (name: string) => domainAddresses(name) },
  networkLists: { read: (url: string) => readNetworkList(url) },
  generateKeyPair: () => createKeyPair('fairlead'),
  accounts: createAccountStore(auth),
  allowPlainHttpRepositories: true,
};

const setup = await ensureSetupToken(ctx);
if (!setup) throw new Error('This database is in use: seed an empty one.');
const { userId, organizationId } = await claimSetup(ctx, {
  token: setup.token,
  name: 'Ada Lindqvist',
  email: 'owner@example.test',
  password: 'correct horse battery',
  organization: 'Northwind Shops',
});
const actor = {
  userId,
  name: 'Ada Lindqvist',
  organizationId,
  role: 'owner' as const,
  scopes: ['read', 'write'] as const,
};
const serverIds: string[] = [];
for (let n = 1; n <= 8; n += 1) {
  const server = await createServer(ctx, actor, { name: `web-${n}`, address: `198.18.0.1${n}` });
  serverIds.push(server.id);
}
await seedServers(prisma, serverIds);
await seedApps(ctx, actor, serverIds);
await close();
