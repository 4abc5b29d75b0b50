import { afterAll, beforeAll, expect, it } from 'vitest';
import * as core from '../index.ts';
import { seedBalancedApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let owner: core.Actor;
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());

const seedDrift = (appId: string, serverId: string, change: object = {}) =>
  world.ctx.prisma.drift.create({
    data: {
      appId,
      serverId,
      kind: 'rule',
      subject: 'firewall',
      expected: 'a\nb\n',
      actual: 'b\n',
      ...change,
    },
  });

it('lists what stands with both sides, and leaves out what was resolved', async () => {
  const { app, primary } = await seedBalancedApp(world, owner);
  await seedDrift(app.id, primary.id);
  await seedDrift(app.id, primary.id, { kind: 'file', subject: '/etc/x.conf', expected: null });
  await seedDrift(app.id, primary.id, { resolvedAt: new Date() });
  const { items } = await core.listDrift(world.ctx, owner, { appId: app.id });
  expect(items.map(({ kind }) => kind).sort()).toEqual(['file', 'rule']);
  const rule = items.find(({ kind }) => kind === 'rule');
  expect(rule).toMatchObject({ server: { id: primary.id, name: primary.name }, expected: 'a\nb\n' });
  expect(rule?.diff).toMatch(/^-a\n b$/m);
  expect(items.find(({ kind }) => kind === 'file')?.diff).toBeNull();
});

it('is counted for the app, and for each server that it was found on', async () => {
  const { app, primary, replicas } = await seedBalancedApp(world, owner);
  await seedDrift(app.id, primary.id);
  await seedDrift(app.id, primary.id, { kind: 'file', subject: '/etc/x.conf' });
  await seedDrift(app.id, primary.id, { resolvedAt: new Date() });
  expect(await core.readApp(world.ctx, owner, { appId: app.id })).toMatchObject({ changesByHand: 2 });
  const counted = async (serverId: string | undefined) =>
    (await core.readServer(world.ctx, owner, { serverId })).apps.map(({ changesByHand }) => changesByHand);
  expect(await counted(primary.id)).toEqual([2]);
  expect(await counted(replicas[0]?.serverId)).toEqual([0]);
});

it('puts back by one operation at a time, and only what is known to differ', async () => {
  const { app, primary } = await seedBalancedApp(world, owner);
  const ask = () => core.putBack(world.ctx, owner, { appId: app.id });
  await expect(ask()).rejects.toMatchObject({ code: 'conflict' });
  await seedDrift(app.id, primary.id);
  const [first, second] = [await ask(), await ask()];
  expect(first.operation).toMatchObject({ kind: 'drift.put-back', status: 'queued', generation: null });
  expect(second.operation.id).toBe(first.operation.id);
});
