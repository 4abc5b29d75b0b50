import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeEnvironment } from '../environment/change.ts';
import { readDatabasePassword, readFormerDatabasePassword } from '../environment/reveal.ts';
import { finishOperations, seedApp, seedBalancedApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';
import { planDatabase } from './plan.ts';
import { rotateDatabasePassword } from './rotate.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const row = (id: string) => world.ctx.prisma.app.findUniqueOrThrow({ where: { id } });
const refused = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code: string; message: string }) => error,
  );

it('makes a password, keeps the one before sealed, and deploys what is served again', async () => {
  const { app, primary } = await seedBalancedApp(world, world.ours.admin);
  const appId = app.id;
  const old = readDatabasePassword(world.ctx, app)?.reveal() ?? '';
  const plan = await planDatabase(world.ctx, world.ours.viewer, { appId, action: 'rotate' });
  const { operation } = await rotateDatabasePassword(world.ctx, world.ours.admin, { appId });
  expect(operation).toMatchObject({ kind: 'database.rotate', status: 'queued', appId });
  const after = await row(appId);
  const fresh = readDatabasePassword(world.ctx, after)?.reveal() ?? '';
  expect(fresh).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(fresh).not.toBe(old);
  expect(readFormerDatabasePassword(world.ctx, after)?.reveal()).toBe(old);
  expect(after).toMatchObject({
    databaseTurn: 1,
    databasePasswordSetAt: world.now.value,
    status: 'deploying',
  });
  const deployment = await world.ctx.prisma.deployment.findFirstOrThrow({
    where: { operationId: operation.id },
  });
  expect(deployment).toMatchObject({
    number: 2,
    commit: 'c'.repeat(40),
    status: 'queued',
    rollbackToId: null,
  });
  // What is written down of it holds no password.
  const rows = JSON.stringify([
    after,
    await world.ctx.prisma.operation.findMany({ where: { appId } }),
    await world.ctx.prisma.auditEntry.findMany({ where: { subjectId: appId } }),
    plan,
  ]);
  expect(rows).not.toContain(old);
  expect(rows).not.toContain(fresh);

  const name = app.databaseUser ?? '';
  const grants = plan.servers.flatMap(({ grants }) => grants.map(({ change, user }) => `${change} ${user}`));
  expect(grants).toEqual([`add ${name}__b`, `remove ${name}`]);
  expect(plan.servers).toHaveLength(2);
  for (const server of plan.servers) {
    expect(server.environment).toContainEqual({ key: 'DB_USER', change: 'change', value: `${name}__b` });
    expect(server.environment).toContainEqual({ key: 'DB_PASSWORD', change: 'change', value: null });
    expect(server.deploys).toBe('c'.repeat(40));
  }
  expect(plan.servers.map(({ serverId }) => serverId)).toContain(primary.id);

  // While it is under way it is the same; cut off, it goes on with the password that it made.
  expect((await rotateDatabasePassword(world.ctx, world.ours.admin, { appId })).operation.id).toBe(
    operation.id,
  );
  await finishOperations(world, appId);
  const again = await rotateDatabasePassword(world.ctx, world.ours.admin, { appId });
  expect(again.operation.id).not.toBe(operation.id);
  expect(readDatabasePassword(world.ctx, await row(appId))?.reveal()).toBe(fresh);
  expect(await row(appId)).toMatchObject({ databaseTurn: 1 });
});

it('refuses while the app’s own environment holds a copy that would not change with it', async () => {
  const { app } = await seedBalancedApp(world, world.ours.admin);
  const password = readDatabasePassword(world.ctx, app)?.reveal();
  const set = {
    MIGRATION_URL: `postgresql://x:${password}@db/x`,
    DB_USERNAME: app.databaseUser ?? '',
    OTHER: 'x',
  };
  await changeEnvironment(world.ctx, world.ours.admin, { appId: app.id, set, unset: [] });
  for (const work of [
    () => rotateDatabasePassword(world.ctx, world.ours.admin, { appId: app.id }),
    () => planDatabase(world.ctx, world.ours.admin, { appId: app.id, action: 'rotate' }),
  ]) {
    expect(await refused(work())).toMatchObject({
      code: 'conflict',
      details: { variables: ['DB_USERNAME', 'MIGRATION_URL'] },
    });
  }
  expect(await row(app.id)).toMatchObject({ databaseTurn: 0, databaseFormerPasswordCipher: null });
});

it('encrypts from then on only where the engine has a certificate', async () => {
  const { app, primary } = await seedBalancedApp(world, world.ours.admin);
  const ask = () => rotateDatabasePassword(world.ctx, world.ours.admin, { appId: app.id, tls: true });
  expect(await refused(ask())).toMatchObject({ code: 'conflict' });
  const facts = {
    ...{ hostVersion: '1', hostname: 'x', kernel: '6', architecture: 'x86_64', cores: 1, memoryBytes: 1 },
    ...{ diskTotalBytes: 1, diskFreeBytes: 1, uptimeSeconds: 1, addresses: [], nginx: null, mariadb: null },
    ...{
      os: { id: 'debian', versionId: '12', codename: 'bookworm', prettyName: 'Debian' },
      node: null,
      php: null,
    },
    firewall: 'nftables',
    postgresql: { version: '15', maxConnections: 100, tls: true },
  };
  await world.ctx.prisma.server.update({ where: { id: primary.id }, data: { facts } });
  await ask();
  expect(await row(app.id)).toMatchObject({ databaseTls: true, databaseFormerTls: false, databaseTurn: 1 });
});

it('has nothing to change before the first deployment, or without a database', async () => {
  const fresh = await seedApp(world, world.ours.admin);
  const without = await seedApp(world, world.ours.admin, { databaseEngine: 'none' });
  for (const { app } of [fresh, without]) {
    const work = rotateDatabasePassword(world.ctx, world.ours.admin, { appId: app.id });
    expect(await refused(work)).toMatchObject({ code: 'conflict' });
  }
});
