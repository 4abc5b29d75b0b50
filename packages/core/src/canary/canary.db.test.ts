import { readFront, renderFront } from '@fairlead/nginx';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { desiredOf, loadFleet } from '../fleet.ts';
import * as core from '../index.ts';
import { capabilitiesOfServer } from '../load-balancer/plan-files.ts';
import { finishOperations, seedBalancedApp, seedCanary, seedLiveApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let seeded: Awaited<ReturnType<typeof seedCanary>>;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  seeded = await seedCanary(world, world.ours.owner);
});
afterAll(() => world.close());

const ids = () => ({ appId: seeded.app.id, deploymentId: seeded.deployment.id });
const owner = () => world.ours.owner;
const readDeployment = () =>
  world.ctx.prisma.deployment.findUniqueOrThrow({ where: { id: seeded.deployment.id } });
const claim = async (id: string) => (await core.claimOperation(world.ctx, id)).outcome;

it('is refused where nobody would be left with the release before, and says why', async () => {
  const alone = await seedLiveApp(world, owner());
  const start = (appId: string, canary: object) =>
    core.startDeployment(world.ctx, owner(), { appId, canary });
  await expect(start(alone.app.id, {})).rejects.toMatchObject({
    code: 'conflict',
    message: 'A canary takes a load balancer with at least two backends: this app has the primary alone.',
  });
  const { app, backend, replicas } = await seedBalancedApp(world, owner());
  const [replica] = replicas;
  const accepted = await start(app.id, { percent: 25 });
  expect(accepted.operation).toMatchObject({
    kind: 'app.deploy',
    title: expect.stringContaining('as a canary'),
  });
  await expect(start(app.id, { backendIds: [backend.id] })).rejects.toThrow('it is the primary');
  await world.ctx.prisma.backend.update({ where: { id: replica?.id ?? '' }, data: { desired: 'disabled' } });
  await expect(start(app.id, { backendIds: [replica?.id] })).rejects.toThrow('it is not enabled');
  await expect(start(app.id, {})).rejects.toThrow('No backend beside the primary is enabled and serves.');
  await expect(start(app.id, { percent: 51 })).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(start(app.id, { cookie: 'a; Domain=x' })).rejects.toMatchObject({ code: 'invalid-input' });
});

it('parts the front between the backends that have it and the others, and keeps its streams apart', async () => {
  const fleet = await loadFleet(world.ctx.prisma, seeded.app.id);
  const [front] = desiredOf(fleet).fronts;
  if (front === undefined) throw new Error('no front');
  expect(front.spec.servers).toHaveLength(2);
  expect(front.spec.canary).toMatchObject({
    percent: 10,
    salt: 2,
    servers: [{ address: seeded.chosen.address }],
  });
  const { content } = renderFront(front.spec, capabilitiesOfServer(undefined));
  expect(readFront(content)).toEqual(front.spec);
  // Without anybody on one of the sides there are none.
  const held = {
    ...fleet,
    backends: fleet.backends.map((one) => (one.canary ? { ...one, heldBack: 'switching' } : one)),
  };
  const whole = desiredOf(held).fronts[0]?.spec;
  expect(whole?.servers.map(({ address, down }) => down && address).filter(Boolean)).toEqual([
    seeded.chosen.address,
  ]);
  expect(whole?.canary).toBeUndefined();
  const streaming = {
    ...fleet,
    loadBalancer: { ...fleet.loadBalancer, streams: [{ name: 'pg', listenPort: 5432, backendPort: 5432 }] },
  };
  const lines = desiredOf(streaming).fronts[0]?.streams?.servers ?? [];
  expect(lines.filter(({ down }) => down).map(({ address }) => address)).toEqual([seeded.chosen.address]);
});

it('lets changes of the balancing through, but for those that would end the comparison', async () => {
  const { appId } = ids();
  const [chosen, other] = seeded.replicas;
  const toggle = (backendId = '', enabled = false) =>
    core.toggleBackend(world.ctx, owner(), { appId, backendId, enabled });
  await core.changeLoadBalancer(world.ctx, owner(), { appId, method: 'ip_hash' });
  await toggle(other?.id);
  await expect(toggle(seeded.backend.id)).rejects.toThrow(
    'one enabled backend at least keeps the release before it',
  );
  await expect(toggle(chosen?.id)).rejects.toThrow('a backend that has it stays in until it is over');
  await expect(
    core.removeBackend(world.ctx, owner(), { appId, backendId: chosen?.id }),
  ).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('Deployment #2 is a canary'),
  });
  await expect(core.disableLoadBalancer(world.ctx, owner(), { appId })).rejects.toThrow(
    'without the load balancer',
  );
  await expect(core.rotateDatabasePassword(world.ctx, owner(), { appId })).rejects.toThrow('#2 is a canary');
  await core.setRedis(world.ctx, owner(), { appId });
  await core.markRedisPlaced(world.ctx.prisma, seeded.app, new Date());
  await expect(core.rotateRedisPassword(world.ctx, owner(), { appId })).rejects.toThrow('#2 is a canary');
  await toggle(other?.id, true);
});

it('a push waits for its end, once, lets everything else past, and no rollback joins', async () => {
  const { appId } = ids();
  const push = async () => (await core.startDeployment(world.ctx, owner(), { appId })).operation;
  const first = await push();
  expect((await push()).id).toBe(first.id);
  expect(await claim(first.id)).toBe('waiting');
  expect((await core.readApp(world.ctx, owner(), { appId })).activeOperation).toBeNull();
  expect((await core.readLoadBalancer(world.ctx, owner(), { appId })).activeOperation).toBeNull();
  expect((await world.ctx.prisma.app.findUniqueOrThrow({ where: { id: appId } })).status).toBe('live');
  const { operation } = await core.setMaintenance(world.ctx, owner(), { appId, enabled: true });
  expect(await claim(operation.id)).toBe('claimed');
  const served = await world.ctx.prisma.deployment.findFirstOrThrow({
    where: { appId, status: 'succeeded' },
  });
  await expect(core.startDeployment(world.ctx, owner(), { appId, rollbackTo: served.id })).rejects.toThrow(
    'Deployment #2 is a canary: what served before it serves still.',
  );
  await world.ctx.prisma.operation.update({ where: { id: operation.id }, data: { status: 'succeeded' } });
  const aborted = await core.abortCanary(world.ctx, owner(), ids());
  expect(await claim(aborted.operation.id)).toBe('claimed');
  expect(await claim(first.id)).toBe('waiting');
  await world.ctx.prisma.operation.update({
    where: { id: aborted.operation.id },
    data: { status: 'succeeded' },
  });
  expect(await claim(first.id)).toBe('claimed');
});

it('aborted, nobody is to be led to it, and what had it is brought back; the plan says so first', async () => {
  const plan = await core.planCanary(world.ctx, world.ours.viewer, { ...ids(), action: 'abort' });
  const changed = plan.servers.find(({ serverId }) => serverId === seeded.chosen.serverId);
  expect(changed).toMatchObject({ deploys: 'c'.repeat(40) });
  const front = plan.servers.find(({ serverId }) => serverId === seeded.primary.id)?.files[0];
  expect(front?.before).toContain('split_clients');
  expect(front?.after).not.toContain('canary');
  const { operation } = await core.abortCanary(world.ctx, owner(), ids());
  expect((await core.abortCanary(world.ctx, owner(), ids())).operation.id).toBe(operation.id);
  const { prisma } = world.ctx;
  expect(await prisma.backend.findUniqueOrThrow({ where: { id: seeded.chosen.id } })).toMatchObject({
    canary: false,
    heldBack: 'behind',
  });
  expect(await prisma.loadBalancer.findUniqueOrThrow({ where: { appId: ids().appId } })).toMatchObject({
    canary: null,
    generation: 3,
  });
  const read = await core.readDeployment(world.ctx, owner(), ids());
  expect(read).toMatchObject({
    status: 'aborted',
    operationId: operation.id,
    canary: { ended: `By ${owner().name}.` },
  });
  await expect(core.promoteCanary(world.ctx, owner(), ids())).rejects.toMatchObject({ code: 'conflict' });
});

it('promoted, the others are to get it; cancelled before it begins it stays a canary', async () => {
  const plan = await core.planCanary(world.ctx, world.ours.viewer, { ...ids(), action: 'promote' });
  const deploying = plan.servers
    .filter(({ deploys }) => deploys === 'd'.repeat(40))
    .map(({ serverId }) => serverId);
  expect(deploying.sort()).toEqual([seeded.primary.id, seeded.replicas[1]?.serverId].sort());
  const { operation } = await core.promoteCanary(world.ctx, owner(), ids());
  await expect(core.abortCanary(world.ctx, owner(), ids())).rejects.toThrow('it is being promoted');
  await core.cancelOperation(world.ctx, owner(), { operationId: operation.id });
  expect(await readDeployment()).toMatchObject({ status: 'canary' });
  expect((await core.abortCanary(world.ctx, owner(), ids())).operation.kind).toBe('canary.abort');
});

const answered = (requests: number, errors = 0) => ({ requests, errors, times: { 30: requests - errors } });
const look = (canary: number, errors: number, stable: number) => ({
  nowMs: 1,
  cursor: { inode: 1, offset: 1 },
  skippedBytes: 0,
  sides: { canary: answered(canary, errors), stable: answered(stable) },
});

it('by its rule it is ended once, in the name of Fairlead, not while something else goes on, and not after it was paused', async () => {
  const { organizationId } = owner();
  const [found] = (await core.findCanaries(world.ctx)).filter(({ appId }) => appId === ids().appId);
  if (found === undefined) throw new Error('not found');
  expect(found.places.canary).toContain(`${seeded.chosen.address}:${seeded.app.port}`);
  expect(found.places.stable).toHaveLength(3);
  await core.recordLook(world.ctx, found, look(0, 0, 0));
  const state = await core.recordLook(world.ctx, found, look(300, 30, 300));
  expect(state).toMatchObject({ verdict: 'abort', canary: { requests: 300, errors: 30 } });
  const { canary } = await core.readDeployment(world.ctx, owner(), ids());
  expect(canary).toMatchObject({
    verdict: 'abort',
    canary: { errorPercent: 10 },
    stable: { errorPercent: 0 },
  });
  const end = () =>
    core.endCanaryByRule(world.ctx, { ...ids(), organizationId }, 'abort', state?.reason ?? '');
  await core.setMaintenance(world.ctx, owner(), { appId: ids().appId, enabled: true });
  expect(await end()).toBeNull();
  await finishOperations(world, ids().appId);
  const paused = { ...state, paused: 'The promotion failed.' };
  const where = { id: seeded.deployment.id };
  await world.ctx.prisma.deployment.update({ where, data: { canaryState: paused } });
  expect(await end()).toBeNull();
  await world.ctx.prisma.deployment.update({ where, data: { canaryState: { ...paused, paused: null } } });
  const id = await end();
  const operation = await world.ctx.prisma.operation.findUniqueOrThrow({ where: { id: id ?? '' } });
  expect(operation).toMatchObject({ kind: 'canary.abort', actorId: null });
  expect(await end()).toBeNull();
  expect(await core.recordLook(world.ctx, found, look(1, 0, 1))).toBeNull();
  expect((await readDeployment()).canaryState).toMatchObject({
    ended: expect.stringContaining('By its rule. 30 of 300'),
  });
});
