import { Secret } from '@fairlead/errors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planDatabase } from '../database/plan.ts';
import { changeEnvironment } from '../environment/change.ts';
import { readEnvironment } from '../environment/read.ts';
import { readFormerRedisPassword, readRedisPassword } from '../environment/reveal.ts';
import { desiredOf, loadFleet } from '../fleet.ts';
import { finishOperations, seedBalancedApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';
import { readRedis } from './read.ts';
import { removeRedis } from './remove.ts';
import { rotateRedisPassword } from './rotate.ts';
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

it('gets another password, which opens it beside the one before until every backend has it', async () => {
  const { ctx, ours, now } = world;
  const { app, primary } = await seedBalancedApp(world, ours.admin);
  const appId = app.id;
  const rotate = () => rotateRedisPassword(ctx, ours.admin, { appId });
  const plan = () => planDatabase(ctx, ours.viewer, { appId, action: 'rotate-redis' });
  await expect(rotate()).rejects.toThrow('no Redis of its own');
  await setRedis(ctx, ours.admin, { appId });
  await expect(plan()).rejects.toThrow('not there yet');
  await markRedisPlaced(ctx.prisma, app, now.value);
  const read = async () => ({ ...app, redis: await row(appId) });
  const old = readRedisPassword(ctx, await read())?.reveal() ?? '';

  // A copy would not change with it.
  await changeEnvironment(ctx, ours.admin, {
    appId,
    set: { COPY: `redis://x:${old}@y`, REDIS_USERNAME: app.slug },
  });
  for (const work of [rotate, plan])
    await expect(work()).rejects.toMatchObject({ details: { variables: ['COPY', 'REDIS_USERNAME'] } });
  await changeEnvironment(ctx, ours.admin, { appId, unset: ['COPY', 'REDIS_USERNAME'] });

  const planned = await plan();
  const onPrimary = planned.servers.find(({ serverId }) => serverId === primary.id);
  expect(onPrimary?.grants.map(({ change, user }) => `${change} ${user}`)).toEqual([
    `add ${app.slug}__b`,
    `remove ${app.slug}`,
  ]);
  for (const { environment, deploys } of planned.servers) {
    expect(environment).toContainEqual({ key: 'REDIS_USERNAME', change: 'change', value: `${app.slug}__b` });
    expect(environment).toContainEqual({ key: 'REDIS_PASSWORD', change: 'change', value: null });
    expect(deploys).toBe('c'.repeat(40));
  }
  const { operation } = await rotate();
  expect(operation).toMatchObject({ kind: 'redis.rotate', status: 'queued', appId });
  const fresh = readRedisPassword(ctx, await read())?.reveal() ?? '';
  expect(fresh).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(fresh).not.toBe(old);
  expect(readFormerRedisPassword(ctx, await read())?.reveal()).toBe(old);
  const { redis } = desiredOf(await loadFleet(ctx.prisma, appId));
  expect(redis).toMatchObject({ user: `${app.slug}__b`, users: [`${app.slug}__b`, app.slug] });
  expect((await readRedis(ctx, ours.viewer, { appId })).redis).toMatchObject({
    user: `${app.slug}__b`,
    rotating: true,
    passwordSetAt: now.value.toISOString(),
  });
  const written = JSON.stringify([
    planned,
    await row(appId),
    await ctx.prisma.operation.findMany({ where: { appId } }),
    await ctx.prisma.auditEntry.findMany({ where: { subjectId: appId } }),
  ]);
  for (const secret of [old, fresh]) expect(written).not.toContain(secret);

  // While it is under way it is the same; cut off, it goes on with the password that it made.
  expect((await rotate()).operation.id).toBe(operation.id);
  await finishOperations(world, appId);
  expect((await rotate()).operation.id).not.toBe(operation.id);
  expect(readRedisPassword(ctx, await read())?.reveal()).toBe(fresh);
  expect(await row(appId)).toMatchObject({ turn: 1 });

  // One that comes after it was removed does not take what runs for having its password.
  const { id } = await ctx.prisma.release.findFirstOrThrow({ where: { deployment: { appId } } });
  await ctx.prisma.release.update({ where: { id }, data: { redisTurn: 1 } });
  await ctx.prisma.redis.delete({ where: { appId } });
  await setRedis(ctx, ours.admin, { appId });
  expect(await row(appId)).toMatchObject({ turn: 2, formerPasswordCipher: null });
});
