import type { AppError } from '@fairlead/errors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as core from '../index.ts';
import { seedBalancedApp, seedLiveApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('a tag is kept with its deployment and waits apart from the branch and from other tags', async () => {
  const { owner } = world.ours;
  const { app } = await seedLiveApp(world, owner);
  const start = async (more: object) =>
    (await core.startDeployment(world.ctx, owner, { appId: app.id, ...more })).operation;
  const branch = await start({});
  const tag = await start({ tag: 'v1.0' });
  expect(tag.id).not.toBe(branch.id);
  expect((await start({ tag: 'v1.0' })).id).toBe(tag.id);
  expect((await start({ tag: 'v1.1' })).id).not.toBe(tag.id);
  const { items } = await core.listDeployments(world.ctx, owner, { appId: app.id });
  expect(items.map((deployment) => deployment.tag)).toEqual([
    'v1.1',
    'v1.0',
    null,
    ...items.slice(3).map(() => null),
  ]);
});

it.each([
  { tag: 'v1', commit: 'a'.repeat(40) },
  { tag: '-x' },
  { tag: 'a..b' },
  { tag: 'refs/tags/x' },
  { tag: '' },
])('refuses %j', async (more) => {
  const { owner } = world.ours;
  const { app } = await seedLiveApp(world, owner);
  const refused = await core.startDeployment(world.ctx, owner, { appId: app.id, ...more }).then(
    () => 'accepted',
    (error: AppError) => error.code,
  );
  expect(refused).toBe('invalid-input');
});

it('a rollback goes to one that had served, and to no other', async () => {
  const { owner } = world.ours;
  const { prisma } = world.ctx;
  const { app } = await seedLiveApp(world, owner);
  const other = await seedLiveApp(world, owner, { name: 'Other', domains: ['other.example'] });
  const served = await prisma.deployment.findFirstOrThrow({ where: { appId: app.id } });
  const foreign = await prisma.deployment.findFirstOrThrow({ where: { appId: other.app.id } });
  const rollBack = (rollbackTo: string, more: object = {}) =>
    core.startDeployment(world.ctx, owner, { appId: app.id, rollbackTo, ...more });
  await expect(rollBack(served.id)).rejects.toMatchObject({ code: 'conflict' });
  await expect(rollBack(foreign.id)).rejects.toMatchObject({ code: 'not-found' });
  const add = (number: number, status: string) =>
    prisma.deployment.create({
      data: { appId: app.id, number, branch: 'old', commit: `${number}`.repeat(40), status },
    });
  const [failed, earlier] = [await add(2, 'failed'), await add(3, 'superseded')];
  await expect(rollBack(failed.id)).rejects.toMatchObject({ code: 'conflict' });
  await expect(rollBack(earlier.id, { commit: 'a'.repeat(40) })).rejects.toMatchObject({
    code: 'invalid-input',
  });
  await expect(rollBack(earlier.id, { rebuild: true })).rejects.toMatchObject({ code: 'invalid-input' });
  const { operation } = await rollBack(earlier.id);
  expect(operation.title).toBe(`Roll ${app.name} back to #3`);
  expect((await rollBack(earlier.id)).operation.id).toBe(operation.id);
  const { items } = await core.listDeployments(world.ctx, owner, { appId: app.id });
  expect(items[0]).toMatchObject({
    number: 4,
    branch: 'old',
    commit: earlier.commit,
    rollbackTo: { id: earlier.id, number: 3 },
  });
});

it('a push joins the deployment that waits, also where a worker has taken it and waits for a server', async () => {
  const { owner } = world.ours;
  const { prisma } = world.ctx;
  const { app } = await seedLiveApp(world, owner);
  const start = async () => (await core.startDeployment(world.ctx, owner, { appId: app.id })).operation.id;
  const first = await start();
  expect(await start()).toBe(first);
  await prisma.operation.update({ where: { id: first }, data: { status: 'running' } });
  expect(await start()).toBe(first);
  await prisma.deployment.updateMany({ where: { operationId: first }, data: { status: 'running' } });
  const second = await start();
  expect(second).not.toBe(first);
  expect(await start()).toBe(second);
});

it('a roll-out that could keep its floor at no time does not start', async () => {
  const { owner } = world.ours;
  const { app } = await seedBalancedApp(world, owner, 2);
  const start = () => core.startDeployment(world.ctx, owner, { appId: app.id });
  await core.updateApp(world.ctx, owner, { appId: app.id, rolloutFloor: 3 });
  await expect(start()).rejects.toMatchObject({ code: 'conflict', message: /keeps 3.*and 3 are enabled/ });
  await core.updateApp(world.ctx, owner, { appId: app.id, rolloutFloor: 2 });
  expect((await start()).operation.status).toBe('queued');
});
