import { randomBytes } from 'node:crypto';
import { Cipher } from '@fairlead/db';
import { createTestDatabase, type TestDatabase } from '@fairlead/db/testing';
import { type Role, roles } from '../authorize.ts';
import { sshPrivateKeyBinding } from '../bindings.ts';
import type { Actor, Context } from '../context.ts';
import { newId } from '../new-id.ts';

/** A database of its own with two organizations, a context over it, and what the queue was given. */
export interface World {
  database: TestDatabase;
  ctx: Context;
  /** Ids in the order in which they were enqueued. */
  enqueued: string[];
  /** What the clock says; move it by hand. */
  now: { value: Date };
  ours: Record<Role, Actor>;
  /** The owner of another organization. */
  theirs: Actor;
  close(): Promise<void>;
}

const silent = () => {};

export async function createWorld(): Promise<World> {
  const database = await createTestDatabase();
  const enqueued: string[] = [];
  const now = { value: new Date() };
  const ctx: Context = {
    prisma: database.prisma,
    queue: {
      enqueue: async (_, { operationId }) => {
        enqueued.push(operationId);
      },
    },
    cipher: new Cipher(randomBytes(32).toString('base64')),
    clock: () => now.value,
    repositories: {
      // Nothing tells: every point of the checklist is unknown.
      readTree: async () => ({
        commit: 'a'.repeat(40),
        paths: [],
        files: [],
        unread: [],
      }),
      headOf: async () => 'a'.repeat(40),
      hostKeyOf: async () => ({ key: 'ssh-ed25519 BBBB', fingerprint: `SHA256:${'o'.repeat(43)}` }),
      inspect: async ({ branch }) => ({
        branches: ['main'],
        commit: 'a'.repeat(40),
        runtime: 'node',
        evidence: [
          { field: 'runtime', file: 'package.json', line: null, says: 'Node.js packages and scripts' },
        ],
        suggestions: {
          branch: branch ?? 'main',
          installCommand: 'npm ci',
          buildCommand: null,
          startCommand: 'npm start',
          documentRoot: null,
          runtimeVersion: null,
          containerFile: null,
          containerService: null,
          containerPort: null,
          healthPath: null,
          rootDirectory: null,
        },
        alternative: null,
        folders: [],
        declaration: null,
      }),
    },
    networkLists: { read: async () => ['198.51.100.0/24', '2001:db8::/32'] },
    domains: { addresses: async () => ({ addresses: [], fault: 'not-found' }) },
    generateKeyPair: () => ({
      publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAITestKey fairlead',
      privateKey: '-----BEGIN OPENSSH PRIVATE KEY-----\ntest\n-----END OPENSSH PRIVATE KEY-----\n',
      fingerprint: `SHA256:${'k'.repeat(43)}`,
    }),
    accounts: {
      createUser: async ({ name, email }) => {
        const user = await database.prisma.user.upsert({
          where: { email },
          create: { id: newId(new Date()), name, email },
          update: {},
        });
        return { userId: user.id };
      },
    },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    allowPlainHttpRepositories: false,
  };
  const ourId = await createOrganization(ctx, 'ours');
  const theirId = await createOrganization(ctx, 'theirs');
  const members = await Promise.all(
    roles.map(async (role) => [role, await createMember(ctx, ourId, role)] as const),
  );
  return {
    database,
    ctx,
    enqueued,
    now,
    ours: Object.fromEntries(members) as Record<Role, Actor>,
    theirs: await createMember(ctx, theirId, 'owner'),
    close: () => database.close(),
  };
}

async function createOrganization(ctx: Context, slug: string): Promise<string> {
  const id = newId(new Date());
  const pair = await ctx.generateKeyPair();
  await ctx.prisma.organization.create({
    data: {
      id,
      name: slug,
      slug,
      sshKey: {
        create: {
          publicKey: pair.publicKey,
          fingerprint: pair.fingerprint,
          privateKeyCipher: ctx.cipher.encrypt(pair.privateKey, sshPrivateKeyBinding(id)),
        },
      },
    },
  });
  return id;
}

async function createMember(ctx: Context, organizationId: string, role: Role): Promise<Actor> {
  const userId = newId(new Date());
  const name = `${role} of ${organizationId.slice(-4)}`;
  await ctx.prisma.user.create({ data: { id: userId, name, email: `${userId}@example.test` } });
  await ctx.prisma.member.create({ data: { id: newId(new Date()), organizationId, userId, role } });
  return { userId, name, organizationId, role, scopes: ['read', 'write'] };
}
