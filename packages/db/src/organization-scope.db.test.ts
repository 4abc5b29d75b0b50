import { afterAll, beforeAll, expect, test } from 'vitest';
import { isNotFound, uniqueViolation } from './failures.ts';
import { Prisma } from './generated/client.ts';
import { forOrganization, type OrganizationPrisma } from './organization-scope.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

let database: TestDatabase;
let mine: OrganizationPrisma;
let theirs: OrganizationPrisma;

/** One row of every tenant's model, all with the organization's id in their own. */
async function fill(organizationId: string): Promise<void> {
  const { prisma } = database;
  const key = { organizationId };
  const id = `${organizationId}-row`;
  await prisma.organization.create({
    data: { id: organizationId, name: organizationId, slug: organizationId },
  });
  await prisma.user.create({ data: { id, name: id, email: `${id}@example.org` } });
  await prisma.member.create({ data: { ...key, id, userId: id, role: 'owner' } });
  const invitation = { id, email: 'x@example.org', status: 'pending', expiresAt: new Date(), inviterId: id };
  await prisma.invitation.create({ data: { ...key, ...invitation } });
  await prisma.apiToken.create({ data: { ...key, id, userId: id, name: id, prefix: 'fl_', hash: id } });
  const entry = {
    actorName: 'x',
    action: 'server.create',
    subjectType: 'server',
    subjectId: id,
    subjectName: id,
  };
  await prisma.auditEntry.create({ data: { ...key, id, ...entry } });
  await prisma.sshKey.create({ data: { ...key, publicKey: 'x', privateKeyCipher: 'x', fingerprint: 'x' } });
  await prisma.server.create({ data: { ...key, id, name: id, address: '198.18.0.2' } });
  const app = {
    id,
    name: id,
    slug: 'shop',
    slot: 0,
    repositoryUrl: 'x',
    branch: 'main',
    runtime: 'node',
    port: 20_000,
  };
  await prisma.app.create({ data: { ...key, ...app, primaryServerId: id } });
  await prisma.environmentVariable.create({ data: { id, appId: id, key: 'A', valueCipher: 'x' } });
  await prisma.loadBalancer.create({ data: { id, appId: id, balancerServerId: id } });
  await prisma.backend.create({
    data: { id, appId: id, serverId: id, role: 'primary', address: '198.18.0.2' },
  });
  await prisma.healthCheck.create({ data: { backendId: id, at: new Date(), healthy: true } });
  const config = { loadBalancerId: id, generation: 1, serverId: id, sha256: 'x', content: 'x' };
  await prisma.appliedConfig.create({ data: { id, ...config } });
  await prisma.drift.create({ data: { id, appId: id, serverId: id, kind: 'rule', subject: 'firewall' } });
  const reading = { filesCipher: 'x', leftOut: [], readAt: new Date() };
  await prisma.nginxReading.create({ data: { id, serverId: id, ...reading } });
  const certificate = {
    source: 'uploaded',
    notBefore: new Date(),
    notAfter: new Date(),
    ...{ issuer: 'x', serial: 'x', fingerprint: 'x', keyType: 'x', chain: 'x', sha256: 'x', keyCipher: 'x' },
    trusted: false,
  };
  await prisma.certificate.create({ data: { id, appId: id, ...certificate } });
  await prisma.certificateOrder.create({ data: { id, appId: id, dueAt: new Date() } });
  const made = { certificate: 'x', sha256: 'x', keyCipher: 'x', notAfter: new Date() };
  await prisma.backendAuthority.create({ data: { appId: id, ...made } });
  await prisma.backendCertificate.create({ data: { backendId: id, ...made, notBefore: new Date() } });
  await prisma.repositoryAccess.create({ data: { appId: id } });
  await prisma.hostedDatabase.create({
    data: {
      ...{ appId: id, engine: 'postgresql', host: 'x', port: 1, name: 'x', user: 'x' },
      ...{ passwordCipher: 'x', tls: 'off', setAt: new Date() },
    },
  });
  await prisma.backendVariable.create({ data: { id, backendId: id, key: 'A', valueCipher: 'x' } });
  const wanted = { memoryMib: 64, policy: 'noeviction', passwordCipher: 'x', setAt: new Date() };
  await prisma.redis.create({ data: { appId: id, ...wanted } });
  await prisma.webhook.create({ data: { id, appId: id, secretCipher: 'x' } });
  await prisma.pushDelivery.create({ data: { id, appId: id, outcome: 'refused', receivedAt: new Date() } });
  const agreed = { termsAgreedAt: new Date(), termsAgreedBy: 'x' };
  await prisma.acmeAccount.create({ data: { ...key, directoryUrl: 'x', keyCipher: 'x', ...agreed } });
  await prisma.deployment.create({ data: { id, appId: id, number: 1, branch: 'main' } });
  await prisma.release.create({ data: { id, deploymentId: id, backendId: id, commit: 'x' } });
  await prisma.operation.create({ data: { ...key, id, kind: 'app.deploy', title: 'x', actorName: 'x' } });
  await prisma.step.create({ data: { id, operationId: id, key: 'x', position: 0, title: 'x' } });
  await prisma.logLine.create({ data: { operationId: id, stepId: id, stream: 'stdout', text: 'x' } });
}

beforeAll(async () => {
  database = await createTestDatabase();
  await fill('mine');
  await fill('theirs');
  mine = forOrganization(database.prisma, 'mine');
  theirs = forOrganization(database.prisma, 'theirs');
});
afterAll(() => database.close());

const tenants = Object.values(Prisma.ModelName).filter(
  (name) => !['Session', 'Account', 'Verification', 'RateLimit', 'Installation', 'Lease'].includes(name),
);

interface AnyModel {
  count(args?: unknown): Promise<number>;
  findMany(args?: unknown): Promise<Record<string, unknown>[]>;
  findUnique(args: unknown): Promise<unknown>;
  deleteMany(args?: unknown): Promise<{ count: number }>;
}

function model(client: TestDatabase['prisma'], name: string): AnyModel {
  const property = `${name[0]?.toLowerCase()}${name.slice(1)}` as 'server';
  return client[property] as unknown as AnyModel;
}

test.each(tenants)('%s: only rows of the organization are seen, however they are asked for', async (name) => {
  expect(await model(database.prisma, name).count()).toBe(2);
  expect(await model(mine, name).count()).toBe(1);
  const [foreign] = await model(theirs, name).findMany();
  // What has no id of its own is one a parent.
  const key =
    ['id', 'appId', 'backendId', 'organizationId'].find((column) => foreign?.[column] !== undefined) ?? 'id';
  const where = { [key]: foreign?.[key] };
  expect(await model(theirs, name).findUnique({ where })).not.toBeNull();
  expect(await model(mine, name).findUnique({ where })).toBeNull();
  expect(await model(mine, name).findMany({ where })).toEqual([]);
  expect(await model(mine, name).findMany({ where: { OR: [where, { NOT: where }] } })).toHaveLength(1);
  expect(await model(mine, name).deleteMany({ where })).toEqual({ count: 0 });
});

test("another organization's row cannot be changed, deleted or moved", async () => {
  const id = 'theirs-row';
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(isNotFound(await failure(mine.server.update({ where: { id }, data: { name: 'x' } })))).toBe(true);
  expect(isNotFound(await failure(mine.server.delete({ where: { id } })))).toBe(true);
  expect(isNotFound(await failure(mine.step.update({ where: { id }, data: { title: 'x' } })))).toBe(true);
  expect(await mine.server.updateMany({ where: { id }, data: { name: 'x' } })).toEqual({ count: 0 });
  const wanted = { id, name: 'x', address: '198.18.0.9', organizationId: 'mine' };
  const upserted = mine.server.upsert({ where: { id }, create: wanted, update: { name: 'x' } });
  expect(uniqueViolation(await failure(upserted))).toEqual([]);
  await expect(
    mine.server.update({ where: { id: 'mine-row' }, data: { organizationId: 'theirs' } }),
  ).rejects.toThrow('another organization');
  expect((await theirs.server.findUniqueOrThrow({ where: { id } })).name).toBe(id);
});

test('a row is written for the organization, or not at all', async () => {
  const row = { address: '198.18.0.3', port: 2222 };
  const plain = await mine.server.create({ data: { ...row, name: 'plain', organizationId: 'mine' } });
  expect(plain.organizationId).toBe('mine');
  const connected = await mine.server.create({
    data: {
      ...row,
      port: 2223,
      name: 'connected',
      organization: { connect: { id: 'mine' } },
      jumpServer: { connect: { id: plain.id } },
    },
  });
  expect(connected.organizationId).toBe('mine');
  await expect(mine.server.create({ data: { ...row, name: 'x', organizationId: 'theirs' } })).rejects.toThrow(
    'another organization',
  );
  await expect(
    mine.server.createMany({ data: [{ ...row, name: 'y', organizationId: 'theirs' }] }),
  ).rejects.toThrow('another organization');
});

test('transactions are scoped, and rolled back as ever', async () => {
  await mine.$transaction(async (tx) => {
    expect(await tx.server.findUnique({ where: { id: 'theirs-row' } })).toBeNull();
    expect(await tx.app.count()).toBe(1);
  });
  const [servers, apps] = await mine.$transaction([mine.server.findMany(), mine.app.findMany()]);
  expect([...servers, ...apps].every((row) => row.organizationId === 'mine')).toBe(true);
  const undone = mine.$transaction(async (tx) => {
    await tx.app.updateMany({ data: { name: 'changed' } });
    throw new Error('undo');
  });
  await expect(undone).rejects.toThrow('undo');
  expect(await mine.app.count({ where: { name: 'changed' } })).toBe(0);
  expect(mine.$organizationId).toBe('mine');
});
