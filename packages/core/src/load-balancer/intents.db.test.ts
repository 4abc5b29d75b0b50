import { AppError } from '@fairlead/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as core from '../index.ts';
import {
  commit,
  finishOperations,
  seedApp,
  seedBalancedApp,
  seedLiveApp,
  seedServer,
} from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let owner: core.Actor;
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());

async function refusal(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const acknowledged = core.checklistKeys;
const enable = (appId: string, serverIds: string[], more: object = {}) =>
  core.enableLoadBalancer(world.ctx, owner, { appId, serverIds, acknowledged, ...more });
const balancerOf = (appId: string) => world.ctx.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } });
const backendsOf = (appId: string) =>
  world.ctx.prisma.backend.findMany({ where: { appId }, orderBy: { createdAt: 'asc' } });

describe('enable', () => {
  it('writes intent, backends, generation and operation in one go, then enqueues', async () => {
    const { app, loadBalancer, primary } = await seedLiveApp(world, owner);
    const [a, b] = [await seedServer(world, owner), await seedServer(world, owner, { privateAddress: null })];
    const { operation } = await enable(app.id, [a.id, b.id], { method: 'least_conn' });
    expect(operation).toMatchObject({
      kind: 'load-balancer.enable',
      status: 'queued',
      appId: app.id,
      generation: loadBalancer.generation + 1,
      actorName: owner.name,
      title: `Enable load balancing of ${app.name} over 3 servers`,
    });
    expect(operation.deploymentId).not.toBeNull();
    expect(world.enqueued.at(-1)).toBe(operation.id);
    expect(await balancerOf(app.id)).toMatchObject({
      enabled: true,
      status: 'enabling',
      method: 'least_conn',
      generation: loadBalancer.generation + 1,
      acknowledgedChecks: acknowledged,
      balancerServerId: primary.id,
    });
    const replicas = (await backendsOf(app.id)).filter((backend) => backend.role === 'replica');
    expect(
      replicas.map(({ serverId, state, desired, health, address }) => ({
        serverId,
        state,
        desired,
        health,
        address,
      })),
    ).toEqual([
      {
        serverId: a.id,
        state: 'pending',
        desired: 'enabled',
        health: 'deploying',
        address: a.privateAddress,
      },
      { serverId: b.id, state: 'pending', desired: 'enabled', health: 'deploying', address: b.ipAddress },
    ]);
  });

  it('refuses servers that are known by addresses of another kind than the balancer, on their field', async () => {
    const { app } = await seedLiveApp(world, owner);
    const six = { address: '2001:db8::6', ipAddress: '2001:db8::6', privateAddress: null };
    const server = await seedServer(world, owner, six);
    const refused = await enable(app.id, [server.id]).then(
      () => null,
      (error: { details?: { errors?: unknown } }) => error.details?.errors,
    );
    expect(refused).toEqual([
      {
        path: 'serverIds.0',
        message: expect.stringMatching(/known by an IPv6 address and .* by an IPv4 one/),
      },
    ]);
    await world.ctx.prisma.server.update({ where: { id: server.id }, data: { privateAddress: '10.9.9.9' } });
    await enable(app.id, [server.id]);
    expect((await backendsOf(app.id)).find(({ role }) => role === 'replica')?.address).toBe('10.9.9.9');
  });

  it('tells listeners when it commits', async () => {
    const { app } = await seedLiveApp(world, owner);
    const server = await seedServer(world, owner);
    const heard: string[] = [];
    const { listen } = await import('@fairlead/db');
    const listener = await listen(world.database.url, {
      onEvent: ({ o, t }) => heard.push(`${o === owner.organizationId}:${t}`),
    });
    try {
      await enable(app.id, [server.id]);
      await expect
        .poll(() => heard)
        .toEqual(expect.arrayContaining(['true:load-balancer', 'true:operation']));
    } finally {
      await listener.close();
    }
  });

  it('asks for every point of the checklist, and only for those', async () => {
    const { app } = await seedLiveApp(world, owner);
    const server = await seedServer(world, owner);
    const missing = await refusal(enable(app.id, [server.id], { acknowledged: acknowledged.slice(1) }));
    expect(missing).toMatchObject({ code: 'invalid-input' });
    expect(missing.message).toMatch(/file uploads go to object storage/);
    expect(
      await refusal(enable(app.id, [server.id], { acknowledged: [...acknowledged, 'nonsense'] })),
    ).toMatchObject({ code: 'invalid-input' });
    expect(await backendsOf(app.id)).toHaveLength(1);
  });

  it('refuses an app that does not serve yet, its own primary, and servers that are not ready', async () => {
    const fresh = await seedApp(world, owner);
    const server = await seedServer(world, owner);
    expect(await refusal(enable(fresh.app.id, [server.id]))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/does not run/),
    });
    const { app, primary } = await seedLiveApp(world, owner);
    expect(await refusal(enable(app.id, [primary.id]))).toMatchObject({
      code: 'invalid-input',
      details: { errors: [{ path: 'serverIds.0' }] },
    });
    for (const status of [
      'new',
      'checking',
      'unconfirmed',
      'unreachable',
      'host_key_changed',
      'failed',
      'preparing',
    ]) {
      const other = await seedServer(world, owner, { status });
      expect(await refusal(enable(app.id, [other.id]))).toMatchObject({ code: 'conflict' });
    }
    expect(await balancerOf(app.id)).toMatchObject({ enabled: false, generation: 1 });
  });

  it('is refused while it is on or under way, whoever comes first', async () => {
    const { app } = await seedLiveApp(world, owner);
    const [a, b] = [await seedServer(world, owner), await seedServer(world, owner)];
    const results = await Promise.allSettled([enable(app.id, [a.id]), enable(app.id, [b.id])]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await refusal(enable(app.id, [a.id]))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/already on/),
    });
    expect(await balancerOf(app.id)).toMatchObject({ generation: 2 });
  });
});

describe('Idempotency-Key', () => {
  it('answers the same operation, also when two requests race', async () => {
    const { app } = await seedLiveApp(world, owner);
    const server = await seedServer(world, owner);
    const idempotencyKey = 'press-1';
    const before = world.enqueued.length;
    const press = () => enable(app.id, [server.id], { idempotencyKey });
    const [one, two] = await Promise.all([press(), press()]);
    const three = await press();
    expect(new Set([one, two, three].map(({ operation }) => operation.id)).size).toBe(1);
    expect(world.enqueued.length).toBe(before + 1);
    expect(await balancerOf(app.id)).toMatchObject({ generation: 2 });
  });

  it('refuses the key of a different request', async () => {
    const { app } = await seedBalancedApp(world, owner);
    const change = (method: string) =>
      core.changeLoadBalancer(world.ctx, owner, { appId: app.id, method, idempotencyKey: 'k-2' });
    await change('ip_hash');
    expect(await refusal(change('least_conn'))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/Idempotency-Key/),
    });
  });

  it('is another organization’s own', async () => {
    const [mine, other] = [await seedBalancedApp(world, owner), await seedBalancedApp(world, world.theirs)];
    const input = { method: 'ip_hash', idempotencyKey: 'shared' };
    const one = await core.changeLoadBalancer(world.ctx, owner, { ...input, appId: mine.app.id });
    const two = await core.changeLoadBalancer(world.ctx, world.theirs, { ...input, appId: other.app.id });
    expect(one.operation.id).not.toBe(two.operation.id);
  });
});

describe('toggle', () => {
  it('is one intent per press: the same press while it waits is answered with it, the opposite queues after', async () => {
    const { app, replicas } = await seedBalancedApp(world, owner);
    const backendId = replicas[0]?.id;
    const toggle = (enabled: boolean) =>
      core.toggleBackend(world.ctx, owner, { appId: app.id, backendId, enabled });
    const off = await toggle(false);
    expect((await toggle(false)).operation.id).toBe(off.operation.id);
    const on = await toggle(true);
    expect(on.operation.id).not.toBe(off.operation.id);
    expect(on.operation.generation).toBe((off.operation.generation ?? 0) + 1);
    expect(await balancerOf(app.id)).toMatchObject({ status: 'applying', generation: 4 });
  });

  it('asks twice before the last backend that answers goes', async () => {
    const { app, backend, replicas } = await seedBalancedApp(world, owner);
    const toggle = (backendId: string | undefined, more: object = {}) =>
      core.toggleBackend(world.ctx, world.ours.deployer, {
        appId: app.id,
        backendId,
        enabled: false,
        ...more,
      });
    await toggle(backend.id);
    const last = replicas[0]?.id;
    const error = await refusal(toggle(last));
    expect(error).toMatchObject({ code: 'conflict', details: { needs: 'confirmLast' } });
    expect(error.hint).toMatch(/confirmLast/);
    await toggle(last, { confirmLast: true });
    expect((await backendsOf(app.id)).map((b) => b.desired)).toEqual(['disabled', 'disabled']);
  });

  it('does not count one that fails its checks as answering', async () => {
    const { app, backend, replicas } = await seedBalancedApp(world, owner);
    await world.ctx.prisma.backend.update({ where: { id: backend.id }, data: { health: 'unhealthy' } });
    const input = { appId: app.id, backendId: replicas[0]?.id, enabled: false };
    expect(await refusal(core.toggleBackend(world.ctx, owner, input))).toMatchObject({ code: 'conflict' });
  });

  it('does not overwrite what the worker wrote meanwhile', async () => {
    const { app, replicas } = await seedBalancedApp(world, owner);
    await world.ctx.prisma.backend.update({
      where: { id: replicas[0]?.id },
      data: { health: 'unhealthy', healthReason: 'Timeout' },
    });
    await core.toggleBackend(world.ctx, owner, { appId: app.id, backendId: replicas[0]?.id, enabled: false });
    expect(await world.ctx.prisma.backend.findUnique({ where: { id: replicas[0]?.id } })).toMatchObject({
      desired: 'disabled',
      state: 'active',
      health: 'unhealthy',
      healthReason: 'Timeout',
    });
  });
});

describe('add, remove, change, disable', () => {
  it('adds a server once, and takes one back that is on its way out', async () => {
    const { app, servers, replicas } = await seedBalancedApp(world, owner);
    const serverId = servers[0]?.id;
    const add = () => core.addBackend(world.ctx, owner, { appId: app.id, serverId });
    expect(await refusal(add())).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/already/),
    });
    const removal = { appId: app.id, backendId: replicas[0]?.id };
    const { operation } = await core.removeBackend(world.ctx, owner, removal);
    expect((await core.removeBackend(world.ctx, owner, removal)).operation.id).toBe(operation.id);
    const added = await add();
    expect(added.operation).toMatchObject({ kind: 'backend.add', backendId: replicas[0]?.id });
    expect((await backendsOf(app.id))[1]).toMatchObject({
      desired: 'enabled',
      state: 'pending',
      releaseId: null,
      colour: null,
    });
  });

  it('never removes the primary', async () => {
    const { app, backend } = await seedBalancedApp(world, owner);
    const error = await refusal(
      core.removeBackend(world.ctx, owner, { appId: app.id, backendId: backend.id }),
    );
    expect(error).toMatchObject({ code: 'conflict', message: expect.stringMatching(/primary/) });
  });

  it('refuses changes while load balancing is off', async () => {
    const { app, backend } = await seedLiveApp(world, owner);
    const server = await seedServer(world, owner);
    const { ctx } = world;
    for (const press of [
      () => core.addBackend(ctx, owner, { appId: app.id, serverId: server.id }),
      () => core.toggleBackend(ctx, owner, { appId: app.id, backendId: backend.id, enabled: false }),
      () => core.changeLoadBalancer(ctx, owner, { appId: app.id, method: 'ip_hash' }),
      () => core.disableLoadBalancer(ctx, owner, { appId: app.id }),
    ]) {
      expect(await refusal(press())).toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(/off/),
      });
    }
  });

  it('disables back to the primary alone, and enables again', async () => {
    const { app, servers } = await seedBalancedApp(world, owner, 2);
    const { operation } = await core.disableLoadBalancer(world.ctx, owner, { appId: app.id });
    expect((await core.disableLoadBalancer(world.ctx, owner, { appId: app.id })).operation.id).toBe(
      operation.id,
    );
    expect((await backendsOf(app.id)).map((b) => b.desired)).toEqual(['enabled', 'removed', 'removed']);
    expect(await balancerOf(app.id)).toMatchObject({ enabled: false, status: 'disabling' });
    await finishOperations(world, app.id);
    await world.ctx.prisma.loadBalancer.update({ where: { appId: app.id }, data: { status: 'off' } });
    await enable(
      app.id,
      servers.map((server) => server.id),
    );
    expect((await backendsOf(app.id)).map((b) => b.desired)).toEqual(['enabled', 'enabled', 'enabled']);
  });

  it('refuses everything of an app that is being removed', async () => {
    const { app, replicas } = await seedBalancedApp(world, owner);
    await core.removeApp(world.ctx, owner, { appId: app.id, confirm: app.name });
    const { ctx } = world;
    for (const press of [
      () => core.toggleBackend(ctx, owner, { appId: app.id, backendId: replicas[0]?.id, enabled: false }),
      () => core.startDeployment(ctx, owner, { appId: app.id }),
      () => core.changeEnvironment(ctx, owner, { appId: app.id, set: { A: '1' } }),
      () => core.updateApp(ctx, owner, { appId: app.id, branch: 'x' }),
    ]) {
      expect(await refusal(press())).toMatchObject({
        code: 'conflict',
        message: 'This app is being removed.',
      });
    }
  });
});

describe('plan', () => {
  it('shows what enabling would do, and changes nothing', async () => {
    const { app, primary, loadBalancer } = await seedLiveApp(world, owner);
    await core.changeEnvironment(world.ctx, owner, { appId: app.id, set: { SECRET_KEY: 'hunter2' } });
    const server = await seedServer(world, owner);
    const plan = await core.planLoadBalancer(world.ctx, world.ours.viewer, {
      appId: app.id,
      action: 'enable',
      serverIds: [server.id],
    });
    expect(plan.generation).toBe(loadBalancer.generation + 1);
    const [onPrimary, onReplica] = plan.servers;
    expect(onPrimary).toMatchObject({
      serverId: primary.id,
      reload: true,
      restarts: [],
      grants: [
        { change: 'add', address: server.privateAddress, database: app.databaseName, user: app.databaseUser },
      ],
      firewall: [{ change: 'add', port: 5432, source: server.privateAddress, purpose: 'database' }],
    });
    expect(onPrimary?.files[0]?.before).toMatch(/^# Managed by Fairlead: .*, front, generation 1\./);
    expect(onPrimary?.files[0]?.diff).toContain(
      `+        server ${server.privateAddress}:${app.port}`.trim().slice(1).trim(),
    );
    expect(onReplica).toMatchObject({ serverId: server.id, deploys: commit, reload: true });
    expect(onReplica?.firewall.map((rule) => `${rule.change} ${rule.purpose} ${rule.port}`)).toContain(
      `add backend ${app.port}`,
    );
    expect(onReplica?.environment).toContainEqual({
      key: 'DB_HOST',
      change: 'add',
      value: primary.privateAddress,
    });
    expect(onReplica?.environment).toContainEqual({ key: 'DB_PASSWORD', change: 'add', value: null });
    expect(onReplica?.environment).toContainEqual({ key: 'SECRET_KEY', change: 'add', value: null });
    expect(plan.notes.map((note) => note.text).join('\n')).toContain(`${primary.name} goes on serving`);
    expect(JSON.stringify(plan)).not.toContain('hunter2');
    expect(await balancerOf(app.id)).toMatchObject({ enabled: false, generation: loadBalancer.generation });
    expect(await backendsOf(app.id)).toHaveLength(1);
  });

  it('says when the database has to restart: a server outside the private network', async () => {
    const { app, primary } = await seedLiveApp(world, owner);
    const outside = await seedServer(world, owner, { privateAddress: null });
    const input = { appId: app.id, action: 'enable', serverIds: [outside.id] };
    const plan = await core.planLoadBalancer(world.ctx, owner, input);
    expect(plan.servers.find((s) => s.serverId === primary.id)?.restarts).toEqual(['postgresql']);
    expect(plan.notes).toContainEqual({
      level: 'warning',
      text: `PostgreSQL on ${primary.name} restarts once to listen on ${primary.ipAddress}.`,
    });
  });

  it('shows a toggle as one changed line and nothing else', async () => {
    const { app, replicas, primary } = await seedBalancedApp(world, owner);
    const input = { appId: app.id, action: 'toggle', backendId: replicas[0]?.id, enabled: false };
    const plan = await core.planLoadBalancer(world.ctx, owner, input);
    expect(plan.servers).toHaveLength(1);
    expect(plan.servers[0]).toMatchObject({
      serverId: primary.id,
      firewall: [],
      grants: [],
      environment: [],
      deploys: null,
      restarts: [],
    });
    expect(plan.servers[0]?.files[0]?.after).toMatch(
      new RegExp(`server ${replicas[0]?.address}:${app.port}[^;]* down;`),
    );
  });

  it('takes everything back that a removed backend had', async () => {
    const { app, replicas, servers } = await seedBalancedApp(world, owner);
    const plan = await core.planLoadBalancer(world.ctx, owner, {
      appId: app.id,
      action: 'remove',
      backendId: replicas[0]?.id,
    });
    const changes = plan.servers.flatMap((s) => [...s.firewall, ...s.grants].map(({ change }) => change));
    expect(new Set(changes)).toEqual(new Set(['remove']));
    const gone = plan.servers.find((s) => s.serverId === servers[0]?.id);
    expect(gone?.files[0]).toMatchObject({ after: null });
    expect(gone?.environment.every((entry) => entry.change === 'remove')).toBe(true);
    expect(plan.notes.map((note) => note.text).join()).toContain(`taken off ${servers[0]?.name}`);
  });

  it('warns when the pools do not fit into the database', async () => {
    const { app, primary } = await seedBalancedApp(world, owner, 2);
    const engine = { version: '15', maxConnections: 30 };
    const facts = {
      hostVersion: '1',
      hostname: 'x',
      os: { id: 'debian', versionId: '12', codename: 'bookworm', prettyName: 'Debian 12' },
      kernel: '6',
      architecture: 'x86_64',
      cores: 1,
      memoryBytes: 1,
      diskTotalBytes: 1,
      diskFreeBytes: 1,
      uptimeSeconds: 1,
      addresses: [],
      nginx: { version: '1.22.1', modules: ['http_realip'], running: true },
      postgresql: engine,
      mariadb: null,
      node: '20',
      python: null,
      php: null,
      firewall: 'nftables',
    };
    await world.ctx.prisma.server.update({ where: { id: primary.id }, data: { facts } });
    const plan = await core.planLoadBalancer(world.ctx, owner, {
      appId: app.id,
      action: 'change',
      method: 'ip_hash',
    });
    expect(plan.notes).toContainEqual({
      level: 'warning',
      text: expect.stringMatching(/3 backends with a pool of 10 .* allows 30/),
    });
  });

  it('refuses what accepting would refuse', async () => {
    const { app, backend } = await seedBalancedApp(world, owner);
    const input = { appId: app.id, action: 'remove', backendId: backend.id };
    expect(await refusal(core.planLoadBalancer(world.ctx, owner, input))).toMatchObject({ code: 'conflict' });
    expect(
      await refusal(core.planLoadBalancer(world.ctx, owner, { appId: app.id, action: 'explode' })),
    ).toMatchObject({ code: 'invalid-input' });
  });
});
