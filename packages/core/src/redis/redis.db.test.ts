import { Secret } from '@fairlead/errors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planDatabase } from '../database/plan.ts';
import { changeEnvironment } from '../environment/change.ts';
import { readEnvironment } from '../environment/read.ts';
import { readRedisPassword } from '../environment/reveal.ts';
import { desiredOf, loadFleet } from '../fleet.ts';
import { seedBalancedApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';
import { readRedis } from './read.ts';
import { removeRedis } from './remove.ts';
import { setRedis } from './set.ts';
import { forgetRedis, markRedisPlaced, storeRedisSeen } from './store.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const seen = {
  running: true as const,
  version: '7.0.15',
  usedMemoryBytes: 1_000_000,
  maxMemoryBytes: 64 * 2 ** 20,
  clients: 3,
  evictedKeys: 0,
  writesToDisk: true,
};
const row = (appId: string) => world.ctx.prisma.redis.findUniqueOrThrow({ where: { appId } });

it('is wanted, told to every backend, shown by its last look, and leaves with the next deployment', async () => {
  const { ctx, ours, now } = world;
  const { app, primary, replicas } = await seedBalancedApp(world, ours.admin);
  const appId = app.id;
  expect(await readRedis(ctx, ours.viewer, { appId })).toEqual({ redis: null });

  const plan = await planDatabase(ctx, ours.viewer, { appId, action: 'set-redis', memoryMib: 64 });
  const port = 15_000 + app.slot;
  const sources = replicas
    .map(({ serverId }) => serverId)
    .map((id) => plan.servers.find(({ serverId }) => serverId === id));
  expect(sources.length).toBeGreaterThan(0);
  const onPrimary = plan.servers.find(({ serverId }) => serverId === primary.id);
  expect(onPrimary?.firewall).toHaveLength(replicas.length);
  expect(onPrimary?.firewall[0]).toMatchObject({ change: 'add', port, purpose: 'redis' });
  expect(onPrimary?.grants).toHaveLength(replicas.length);
  expect(onPrimary?.environment).toContainEqual({ key: 'REDIS_PASSWORD', change: 'add', value: null });
  expect(onPrimary?.environment).toContainEqual({ key: 'REDIS_HOST', change: 'add', value: '127.0.0.1' });
  expect(sources[0]?.environment).toContainEqual({
    ...{ key: 'REDIS_HOST', change: 'add' },
    value: primary.privateAddress,
  });
  expect(await ctx.prisma.redis.count({ where: { appId } })).toBe(0);

  const set = await setRedis(ctx, ours.admin, { appId, memoryMib: 64 });
  expect(set.redis).toMatchObject({ port, memoryMib: 64, policy: 'noeviction', state: 'unknown' });
  expect(set.redis).toMatchObject({ placed: false, pending: true, leaving: false, seen: null });
  const stored = await row(appId);
  const fleet = await loadFleet(ctx.prisma, appId);
  const password = readRedisPassword(ctx, fleet.app)?.reveal() ?? '';
  expect(password).toMatch(/^[A-Za-z0-9_-]{32}$/);
  const written = JSON.stringify([
    stored,
    await readRedis(ctx, ours.viewer, { appId }),
    await ctx.prisma.auditEntry.findMany(),
  ]);
  expect(written).not.toContain(password);

  const { redis, environment, firewall } = desiredOf(fleet, { redisPassword: new Secret(password) });
  expect(redis).toMatchObject({ serverId: primary.id, port, user: app.slug, memoryMib: 64 });
  expect(firewall.find(({ serverId }) => serverId === primary.id)?.rules).toContainEqual({
    purpose: 'redis',
    port,
    sources: redis?.addresses,
  });
  for (const { generated } of environment) {
    const url = (generated.REDIS_URL as Secret).reveal();
    expect(url).toBe(`redis://${app.slug}:${password}@${generated.REDIS_HOST}:${port}`);
  }
  const names = (await readEnvironment(ctx, ours.admin, { appId })).generated;
  expect(names).toContainEqual({ key: 'REDIS_URL', secret: true, overridden: false });

  await markRedisPlaced(ctx.prisma, app, now.value);
  await storeRedisSeen(ctx, { ...app, redis: await row(appId) }, seen);
  const fresh = await readRedis(ctx, ours.viewer, { appId });
  expect(fresh.redis).toMatchObject({ state: 'running', seen: { clients: 3 } });
  const later = { ...ctx, clock: () => new Date(now.value.getTime() + 91_000) };
  expect((await readRedis(later, ours.viewer, { appId })).redis?.state).toBe('unknown');
  await storeRedisSeen(ctx, { ...app, redis: await row(appId) }, { running: false });
  expect((await readRedis(ctx, ours.viewer, { appId })).redis).toMatchObject({ state: 'down', seen: null });

  await expect(removeRedis(ctx, ours.admin, { appId, confirm: 'another' })).rejects.toMatchObject({
    code: 'invalid-input',
  });
  const removal = await planDatabase(ctx, ours.viewer, { appId, action: 'remove-redis' });
  expect(removal.servers[0]?.firewall.every(({ change }) => change === 'remove')).toBe(true);
  await removeRedis(ctx, ours.admin, { appId, confirm: app.name });
  const leaving = desiredOf(await loadFleet(ctx.prisma, appId));
  // What serves goes on using it until a deployment has replaced that.
  expect(leaving.redis?.leaving).toBe(true);
  expect(leaving.firewall.flatMap(({ rules }) => rules).some(({ purpose }) => purpose === 'redis')).toBe(
    true,
  );
  expect(leaving.environment.some(({ generated }) => 'REDIS_HOST' in generated)).toBe(false);
  await forgetRedis(ctx.prisma, app);
  expect(await readRedis(ctx, ours.viewer, { appId })).toEqual({ redis: null });
});

it('goes at once before a deployment brought it; the app’s own variables take the place of its', async () => {
  const { ctx, ours } = world;
  const { app } = await seedBalancedApp(world, ours.admin);
  const appId = app.id;
  await changeEnvironment(ctx, ours.admin, { appId, set: { REDIS_URL: 'redis://elsewhere' } });
  const plan = await planDatabase(ctx, ours.viewer, { appId, action: 'set-redis', policy: 'allkeys-lru' });
  expect(plan.notes.map(({ text }) => text).join(' ')).toMatch(/drops any key[\s\S]*REDIS_URL/);
  expect(plan.servers.flatMap(({ environment }) => environment.map(({ key }) => key))).not.toContain(
    'REDIS_URL',
  );
  await setRedis(ctx, ours.admin, { appId });
  await removeRedis(ctx, ours.admin, { appId, confirm: app.name });
  expect(await ctx.prisma.redis.count({ where: { appId } })).toBe(0);
});
