import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as core from '../index.ts';
import { finishOperations, seedAppliedConfig, seedBalancedApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let owner: core.Actor;
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());

const restore = (appId: string, generation: number) =>
  core.restoreLoadBalancer(world.ctx, owner, { appId, generation });
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

/** Balanced over two since generation 2, by least connections with the second one down since generation 4. */
async function seedHistory() {
  const seeded = await seedBalancedApp(world, owner);
  const appId = seeded.app.id;
  await seedAppliedConfig(world, appId);
  const { operation } = await core.changeLoadBalancer(world.ctx, owner, { appId, method: 'least_conn' });
  await core.toggleBackend(world.ctx, owner, { appId, backendId: seeded.replicas[0]?.id, enabled: false });
  await seedAppliedConfig(world, appId, operation.id);
  await finishOperations(world, appId);
  return { appId, operation, replica: seeded.replicas[0], backend: seeded.backend };
}

describe('the history of configurations', () => {
  it('says what brought each generation and who asked for it', async () => {
    const { appId, operation } = await seedHistory();
    const { items } = await core.listConfigs(world.ctx, owner, { appId });
    expect(items.map(({ generation, operation: by }) => [generation, by])).toEqual([
      [4, { id: operation.id, title: operation.title, actorName: owner.name }],
      [2, null],
      [1, null],
    ]);
  });

  it('compares any two, in either direction, and names one that never was', async () => {
    const { appId } = await seedHistory();
    const read = (generation: number, against?: number) =>
      core.readConfig(world.ctx, owner, { appId, generation, ...(against === undefined ? {} : { against }) });
    expect(await read(4)).toMatchObject({ against: 2, previousGeneration: 2 });
    expect((await read(4, 1)).diff).toMatch(/^\+ +least_conn;$/m);
    expect(await read(1, 4)).toMatchObject({ against: 4, previousGeneration: null });
    expect((await read(1, 4)).diff).toMatch(/^- +least_conn;$/m);
    expect(await refusal(read(4, 3))).toMatchObject({
      code: 'invalid-input',
      details: { errors: [{ path: 'against' }] },
    });
  });
});

describe('restore', () => {
  it('brings back what the method goes by and every option of a backend', async () => {
    const { appId, replica } = await seedHistory();
    const { prisma } = world.ctx;
    const read = async () => ({
      balancer: await prisma.loadBalancer.findUniqueOrThrow({ where: { appId } }),
      backend: await prisma.backend.findUniqueOrThrow({ where: { id: replica?.id ?? '' } }),
    });
    const options = { weight: 5, maxFails: 3, failTimeoutSeconds: 20, maxConns: 9 };
    await core.configureBackend(world.ctx, owner, { appId, backendId: replica?.id, ...options });
    await core.changeLoadBalancer(world.ctx, owner, { appId, method: 'hash', hashKey: 'header:x-tenant' });
    const { generation } = (await read()).balancer;
    await seedAppliedConfig(world, appId);
    await restore(appId, 2);
    expect((await read()).backend).toMatchObject({
      weight: 1,
      maxFails: 1,
      failTimeoutSeconds: 10,
      maxConns: 0,
    });
    await core.changeLoadBalancer(world.ctx, owner, { appId, method: 'hash', hashKey: 'uri' });
    await restore(appId, generation);
    const { balancer, backend } = await read();
    expect(backend).toMatchObject(options);
    expect(balancer).toMatchObject({ method: 'hash', hashKey: 'header:x-tenant' });
  });

  it('makes what a generation said the desired state again, one generation on, with operation and audit', async () => {
    const { appId, replica } = await seedHistory();
    const { operation } = await restore(appId, 2);
    expect(operation).toMatchObject({
      kind: 'load-balancer.restore',
      generation: 5,
      title: expect.stringMatching(/^Restore generation 2 of /),
    });
    expect(await world.ctx.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } })).toMatchObject({
      method: 'round_robin',
      generation: 5,
      status: 'applying',
    });
    const row = await world.ctx.prisma.backend.findUniqueOrThrow({ where: { id: replica?.id ?? '' } });
    expect(row.desired).toBe('enabled');
    const entry = await world.ctx.prisma.auditEntry.findFirstOrThrow({
      where: { operationId: operation.id },
    });
    expect(entry).toMatchObject({ action: 'load-balancer.restore', details: { generation: 2 } });
  });

  it('answers a second press with the first one’s operation', async () => {
    const { appId } = await seedHistory();
    const [first, second] = [await restore(appId, 2), await restore(appId, 2)];
    expect(second.operation.id).toBe(first.operation.id);
  });

  it('shows in the plan what it would apply, and writes nothing', async () => {
    const { appId } = await seedHistory();
    const plan = await core.planLoadBalancer(world.ctx, owner, { appId, action: 'restore', generation: 1 });
    expect(plan.generation).toBe(5);
    expect(plan.servers[0]?.files[0]?.diff).toMatch(/^- +least_conn;$/m);
    expect(plan.servers[0]?.files[0]?.after).toMatch(/ down;/);
    expect(await world.ctx.prisma.operation.count({ where: { appId, status: 'queued' } })).toBe(0);
  });

  it('refuses a generation that never was, one that can’t be read back, and one that leaves nobody', async () => {
    const { appId, backend } = await seedHistory();
    expect(await refusal(restore(appId, 3))).toMatchObject({ code: 'not-found' });
    const { prisma } = world.ctx;
    const { loadBalancerId } = await prisma.appliedConfig.findFirstOrThrow({
      where: { loadBalancer: { appId }, generation: 1 },
    });
    const where = { loadBalancerId_generation: { loadBalancerId, generation: 1 } };
    await prisma.backend.update({ where: { id: backend.id }, data: { address: '10.9.9.9' } });
    expect(await refusal(restore(appId, 1))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/None of the backends that answer now/),
    });
    await prisma.appliedConfig.update({ where, data: { content: '# by hand\n' } });
    expect(await refusal(restore(appId, 1))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/can't be read back/),
    });
  });
});
