import { afterAll, beforeAll, expect, it } from 'vitest';
import * as core from '../index.ts';
import { finishOperations, seedBalancedApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

async function behind() {
  const { owner } = world.ours;
  const { app, replicas } = await seedBalancedApp(world, owner);
  const backendId = replicas[0]?.id ?? '';
  await world.ctx.prisma.backend.update({ where: { id: backendId }, data: { heldBack: 'behind' } });
  return { appId: app.id, backendId, organizationId: owner.organizationId };
}
const found = async ({ backendId }: { backendId: string }) =>
  (await core.findBehind(world.ctx)).some((one) => one.backendId === backendId);

it('who was away is out of the balancing until an operation in the name of Fairlead brings it back', async () => {
  const one = await behind();
  const { backends } = await core.readLoadBalancer(world.ctx, world.ours.owner, { appId: one.appId });
  expect(backends[1]).toMatchObject({ heldBack: 'behind', desired: 'enabled', inUpstream: 'down' });
  expect(await found(one)).toBe(true);
  const id = await core.catchUp(world.ctx, one);
  const operation = await world.ctx.prisma.operation.findUniqueOrThrow({ where: { id: id ?? '' } });
  expect(operation).toMatchObject({
    kind: 'backend.catch-up',
    actorName: 'Fairlead',
    backendId: one.backendId,
  });
});

it('waits for whatever else is done to the app, and a minute after an attempt that failed', async () => {
  const one = await behind();
  const first = await core.catchUp(world.ctx, one);
  expect(await found(one)).toBe(false);
  expect(await core.catchUp(world.ctx, one)).toBeNull();
  await world.ctx.prisma.operation.update({
    where: { id: first ?? '' },
    data: { status: 'failed', finishedAt: world.now.value },
  });
  expect(await core.catchUp(world.ctx, one)).toBeNull();
  world.now.value = new Date(world.now.value.getTime() + 61_000);
  expect(await core.catchUp(world.ctx, one)).not.toBeNull();
});

it('leaves alone who is disabled, or has the release', async () => {
  const { prisma } = world.ctx;
  const one = await behind();
  const where = { id: one.backendId };
  await prisma.backend.update({ where, data: { desired: 'disabled' } });
  expect([await found(one), await core.catchUp(world.ctx, one)]).toEqual([false, null]);
  await prisma.backend.update({ where, data: { desired: 'enabled', heldBack: null } });
  expect([await found(one), await core.catchUp(world.ctx, one)]).toEqual([false, null]);
  await finishOperations(world, one.appId);
});
