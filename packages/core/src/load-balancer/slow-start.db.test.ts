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

const change = (appId: string, body: object) => core.changeLoadBalancer(world.ctx, owner, { appId, ...body });
const read = (appId: string) => core.readLoadBalancer(world.ctx, owner, { appId });
const fieldsOf = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: { details?: { errors?: { path: string; message: string }[] } }) => error.details?.errors ?? error,
  );
const notesOf = async (appId: string, intent: object) =>
  (await core.planLoadBalancer(world.ctx, owner, { appId, ...intent })).notes
    .map(({ text }) => text)
    .join('\n');
const later = (seconds: number) => {
  world.now.value = new Date(world.now.value.getTime() + seconds * 1000);
};

async function climbing() {
  const { app } = await seedBalancedApp(world, owner);
  await change(app.id, { slowStartSeconds: 30 });
  await finishOperations(world, app.id);
  const { backends } = await read(app.id);
  const id = backends[1]?.id ?? '';
  await world.ctx.prisma.backend.update({
    where: { id },
    data: { slowStartedAt: world.now.value, slowStartPercent: 10 },
  });
  return { appId: app.id, backendId: id, organizationId: owner.organizationId };
}
const isDue = async (appId: string) =>
  (await core.findDueSlowStarts(world.ctx)).some((found) => found.appId === appId);

describe('slow start', () => {
  it('is a setting of the balancer, explained in the plan, and the same asked for again', async () => {
    const { app } = await seedBalancedApp(world, owner);
    expect(await read(app.id)).toMatchObject({ slowStartSeconds: 0, slowStartRefusal: null });
    expect(await notesOf(app.id, { action: 'change', slowStartSeconds: 60 })).toContain('for 20 s each');
    const { operation } = await change(app.id, { slowStartSeconds: 60 });
    expect(operation).toMatchObject({
      kind: 'load-balancer.change',
      title: expect.stringContaining('slow start'),
    });
    expect((await change(app.id, { slowStartSeconds: 60 })).operation.id).toBe(operation.id);
    expect((await read(app.id)).slowStartSeconds).toBe(60);
    const backendId = (await read(app.id)).backends[1]?.id;
    await core.toggleBackend(world.ctx, owner, { appId: app.id, backendId, enabled: false });
    expect(await notesOf(app.id, { action: 'toggle', backendId, enabled: true })).toContain(
      '10, 25 and 50 %',
    );
  });

  it.each(['ip_hash', 'hash', 'sticky'])('and %s refuse each other, whoever comes first', async (method) => {
    const { app } = await seedBalancedApp(world, owner);
    await change(app.id, { slowStartSeconds: 60 });
    expect(await fieldsOf(change(app.id, { method }))).toEqual([
      { path: 'method', message: expect.stringContaining('Switch slow start off first') },
    ]);
    await change(app.id, { method, slowStartSeconds: 0 });
    expect((await read(app.id)).slowStartRefusal).toContain('with each step visitors');
    expect(await fieldsOf(change(app.id, { slowStartSeconds: 60 }))).toEqual([
      { path: 'slowStartSeconds', message: expect.stringContaining('with each step visitors') },
    ]);
    await change(app.id, { method: 'least_conn', slowStartSeconds: 60 });
    expect(await read(app.id)).toMatchObject({ method: 'least_conn', slowStartSeconds: 60 });
  });

  it.each([-1, 3601, 1.5, '60s'])('refuses %j', async (slowStartSeconds) => {
    const { app } = await seedBalancedApp(world, owner);
    expect(await fieldsOf(change(app.id, { slowStartSeconds }))).toEqual([
      { path: 'slowStartSeconds', message: expect.any(String) },
    ]);
  });

  it('takes its steps one by one in the name of Fairlead, each when it is due and nothing else is done', async () => {
    const app = await climbing();
    expect(await isDue(app.appId)).toBe(false);
    expect(await core.continueSlowStart(world.ctx, app)).toBeNull();
    later(10);
    expect(await isDue(app.appId)).toBe(true);
    const { generation } = await read(app.appId);
    const operationId = await core.continueSlowStart(world.ctx, app);
    expect(await core.readOperation(world.ctx, owner, { operationId })).toMatchObject({
      kind: 'load-balancer.slow-start',
      title: expect.stringMatching(/^Give .+ 25 % of its weight in /),
      actorName: 'Fairlead',
    });
    expect((await read(app.appId)).generation).toBe(generation + 1);
    expect(world.enqueued).toContain(operationId);
    expect(await core.continueSlowStart(world.ctx, app)).toBeNull();
    await finishOperations(world, app.appId);
  });

  it('that failed is left alone for a while, and is not given up', async () => {
    const app = await climbing();
    later(31);
    const operationId = (await core.continueSlowStart(world.ctx, app)) ?? '';
    await world.ctx.prisma.operation.update({
      where: { id: operationId },
      data: { status: 'failed', finishedAt: world.now.value },
    });
    expect(await core.continueSlowStart(world.ctx, app)).toBeNull();
    later(61);
    expect(await core.continueSlowStart(world.ctx, app)).not.toBeNull();
  });

  it('shows as climbing, and stands in the plan of whatever else is asked for', async () => {
    const app = await climbing();
    const { backends } = await read(app.appId);
    expect(backends.map(({ slowStart }) => slowStart?.percent ?? null)).toEqual([null, 10]);
    const { servers } = await core.planLoadBalancer(world.ctx, owner, {
      appId: app.appId,
      action: 'configure',
      backendId: app.backendId,
      weight: 5,
    });
    const diff = servers.flatMap(({ files }) => files.map((file) => file.diff)).join('\n');
    expect(diff).toMatch(/^\+ +server .* weight=10 /m);
    await seedAppliedConfig(world, app.appId);
    const { generation } = await read(app.appId);
    await core.configureBackend(world.ctx, owner, { appId: app.appId, backendId: app.backendId, weight: 7 });
    await finishOperations(world, app.appId);
    await core.restoreLoadBalancer(world.ctx, owner, { appId: app.appId, generation });
    // The weight that was set, and not the part of it that was given then.
    expect((await read(app.appId)).backends.map(({ weight }) => weight)).toEqual([1, 1]);
  });
});
