import { afterAll, beforeAll, expect, it } from 'vitest';
import { planDatabase } from '../database/plan.ts';
import { planLoadBalancer } from '../load-balancer/plan.ts';
import { seedBalancedApp, seedLiveApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';
import { changeEnvironment } from './change.ts';
import { readBackendSecrets, readDatabasePassword, readEnvironmentSecrets } from './reveal.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('one backend is told something else: sealed, named, in the plan that takes the backend away', async () => {
  const { ctx, ours } = world;
  const { app, replicas } = await seedBalancedApp(world, ours.admin);
  const [appId, backendId] = [app.id, replicas[0]?.id ?? ''];
  await changeEnvironment(ctx, ours.deployer, { appId, set: { REGION: 'all', PLAIN: '1' } });
  const view = await changeEnvironment(ctx, ours.deployer, {
    ...{ appId, backendId },
    set: { REGION: 'only-here', DB_HOST: '10.9.9.9', ZONE: 'b' },
  });
  expect(view.ofBackends.map(({ key, overrides }) => [key, overrides])).toEqual([
    ['DB_HOST', true],
    ['REGION', true],
    ['ZONE', false],
  ]);
  expect(view.items.map(({ key }) => key)).toEqual(['PLAIN', 'REGION']);
  const stored = JSON.stringify([
    await ctx.prisma.backendVariable.findMany({ where: { backendId } }),
    await ctx.prisma.auditEntry.findMany(),
  ]);
  expect(stored).not.toContain('only-here');
  const owner = { id: backendId, organizationId: app.organizationId };
  expect((await readBackendSecrets(ctx, owner)).REGION?.reveal()).toBe('only-here');
  expect((await readEnvironmentSecrets(ctx, app)).REGION?.reveal()).toBe('all');

  const plan = await planLoadBalancer(ctx, ours.viewer, { appId, action: 'remove', backendId });
  const server = plan.servers.find(({ serverId }) => serverId === replicas[0]?.serverId);
  expect(server?.environment).toContainEqual({ key: 'ZONE', change: 'remove', value: null });

  await changeEnvironment(ctx, ours.deployer, { appId, backendId, unset: ['REGION', 'DB_HOST'] });
  expect(Object.keys(await readBackendSecrets(ctx, owner))).toEqual(['ZONE']);
  // A copy of the account that one backend alone holds would not change with it, either.
  const password = readDatabasePassword(ctx, app)?.reveal() ?? '';
  await changeEnvironment(ctx, ours.deployer, { appId, backendId, set: { COPY: password } });
  await expect(planDatabase(ctx, ours.viewer, { appId, action: 'rotate' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('COPY on '),
  });
});

it('another app’s or organization’s backend is not there', async () => {
  const { ctx, ours, theirs } = world;
  const { app } = await seedLiveApp(world, ours.admin);
  const other = await seedLiveApp(world, ours.admin);
  const foreign = await seedLiveApp(world, theirs);
  for (const backendId of [other.backend.id, foreign.backend.id]) {
    const change = changeEnvironment(ctx, ours.deployer, { appId: app.id, backendId, set: { A: '1' } });
    await expect(change).rejects.toMatchObject({ code: 'not-found' });
  }
  expect(await ctx.prisma.backendVariable.count({ where: { key: 'A' } })).toBe(0);
});
