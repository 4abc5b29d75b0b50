import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as core from '../index.ts';
import { seedApp, seedBalancedApp, seedLiveApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let owner: core.Actor;
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());

const change = (appId: string, body: object) => core.changeLoadBalancer(world.ctx, owner, { appId, ...body });
const configure = (appId: string, backendId: string, body: object) =>
  core.configureBackend(world.ctx, owner, { appId, backendId, ...body });
const plan = async (appId: string, intent: object) => {
  const { servers, notes } = await core.planLoadBalancer(world.ctx, owner, { appId, ...intent });
  return { diff: servers.flatMap(({ files }) => files.map(({ diff }) => diff)).join('\n'), notes };
};
const rowsOf = async (appId: string) => ({
  balancer: await world.ctx.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } }),
  backends: await world.ctx.prisma.backend.findMany({ where: { appId }, orderBy: { createdAt: 'asc' } }),
});
const fieldsOf = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: { details?: { errors?: { path: string; message: string }[] } }) => error.details?.errors ?? error,
  );
async function balanced() {
  const { app } = await seedBalancedApp(world, owner);
  const [primary, replica] = (await rowsOf(app.id)).backends;
  if (!primary || !replica) throw new Error('no backends');
  return { appId: app.id, primaryId: primary.id, replicaId: replica.id };
}

/** The balancer's Nginx, as its host program would tell. */
async function hasNginx(appId: string, version: string): Promise<void> {
  const { balancer } = await rowsOf(appId);
  const facts = {
    ...{ hostVersion: '1', hostname: 'x', kernel: '6', architecture: 'x86_64', cores: 1, addresses: [] },
    os: { id: 'debian', versionId: '', codename: 'forky', prettyName: 'Debian GNU/Linux forky/sid' },
    ...{ memoryBytes: 1, diskTotalBytes: 1, diskFreeBytes: 1, uptimeSeconds: 1 },
    nginx: { version, modules: ['http_realip'], running: true },
    ...{ postgresql: null, mariadb: null, node: null, php: null, firewall: 'nftables' },
  };
  await world.ctx.prisma.server.update({ where: { id: balancer.balancerServerId }, data: { facts } });
}

describe('a method', () => {
  it.each([
    [{ method: 'random' }, '+    random two least_conn;', 'by random two'],
    [{ method: 'hash' }, '+    hash $request_uri consistent;', 'by hash'],
    [{ method: 'hash', hashKey: 'header:X-Tenant' }, '+    hash $http_x_tenant consistent;', 'by hash'],
    [{ method: 'sticky', stickyCookie: 'seat' }, '+    hash $fairlead_visitor_', 'by sticky cookie'],
  ])('%j is planned, stored and named', async (body, line, title) => {
    const { appId } = await balanced();
    expect((await plan(appId, { action: 'change', ...body })).diff).toContain(line);
    const { operation } = await change(appId, body);
    expect(operation.title).toContain(title);
    const { hashKey = 'uri', stickyCookie = 'fairlead_backend', ...method } = body as Record<string, string>;
    expect((await rowsOf(appId)).balancer).toMatchObject({
      ...method,
      hashKey: hashKey.toLowerCase(),
      stickyCookie,
    });
  });

  it('keeps what it goes by when only the method is asked for again', async () => {
    const { appId } = await balanced();
    await change(appId, { method: 'hash', hashKey: 'header:x-tenant' });
    await change(appId, { method: 'least_conn' });
    await change(appId, { method: 'hash' });
    expect((await rowsOf(appId)).balancer.hashKey).toBe('header:x-tenant');
  });

  it('that the balancer’s Nginx has not is refused on its field, and shown with the reason before', async () => {
    const { appId } = await balanced();
    const reason = expect.stringMatching(/^Nginx 1\.22\.1 on .+ has no least time; it came with 1\.31\.0\.$/);
    expect(await fieldsOf(change(appId, { method: 'least_time' }))).toEqual([
      { path: 'method', message: reason },
    ]);
    const { methods } = await core.readLoadBalancer(world.ctx, owner, { appId });
    expect(methods).toContainEqual({ method: 'least_time', refusal: reason });
    expect(methods).toContainEqual({ method: 'sticky', refusal: null });
  });

  it.each([
    ['hashKey', '$request_uri;} server{'],
    ['hashKey', 'header:x_y'],
    ['hashKey', 'header:'],
    ['stickyCookie', 'a; Path=/evil'],
    ['stickyCookie', 'Seat'],
    ['method', 'least_conn; server 6.6.6.6'],
  ])('refuses the %s %j', async (path, value) => {
    const { appId } = await balanced();
    const fields = await fieldsOf(change(appId, { method: 'hash', [path]: value }));
    expect(fields).toEqual([{ path, message: expect.any(String) }]);
  });
});

describe('maintenance', () => {
  const set = (appId: string, enabled: boolean) => core.setMaintenance(world.ctx, owner, { appId, enabled });

  it('takes the app off the air and back, with load balancing and without', async () => {
    for (const { app } of [await seedBalancedApp(world, owner), await seedLiveApp(world, owner)]) {
      const { diff, notes } = await plan(app.id, { action: 'maintenance', enabled: true });
      expect(diff).toMatch(/^\+.*return 503 /m);
      expect(notes.map(({ text }) => text).join()).toContain('Maintenance is on');
      const begun = await set(app.id, true);
      expect(begun.operation).toMatchObject({ kind: 'load-balancer.maintenance' });
      expect((await set(app.id, true)).operation.id).toBe(begun.operation.id);
      expect((await rowsOf(app.id)).balancer.maintenance).toBe(true);
      await set(app.id, false);
      expect((await rowsOf(app.id)).balancer.maintenance).toBe(false);
    }
  });

  it('is refused for an app that does not serve yet', async () => {
    const { app } = await seedApp(world, owner);
    await expect(set(app.id, true)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a backend’s options', () => {
  it('are stored, each of them, and planned as one changed line', async () => {
    const { appId, replicaId } = await balanced();
    const options = { weight: 3, maxFails: 2, failTimeoutSeconds: 30, maxConns: 50, backup: true };
    const { diff } = await plan(appId, { action: 'configure', backendId: replicaId, ...options });
    const line = /^\+ +server .* weight=3 max_conns=50 max_fails=2 fail_timeout=30s backup;$/m;
    expect(diff).toMatch(line);
    const { operation } = await configure(appId, replicaId, options);
    expect(operation).toMatchObject({ kind: 'backend.configure', backendId: replicaId });
    const { backends } = await rowsOf(appId);
    expect(backends.find(({ id }) => id === replicaId)).toMatchObject(options);
    await configure(appId, replicaId, { backup: false });
    const after = (await rowsOf(appId)).backends.find(({ id }) => id === replicaId);
    expect(after).toMatchObject({ ...options, backup: false });
  });

  it('asked for again while they wait are the same operation', async () => {
    const { appId, replicaId } = await balanced();
    const first = await configure(appId, replicaId, { weight: 5 });
    expect((await configure(appId, replicaId, { weight: 5 })).operation.id).toBe(first.operation.id);
    expect((await configure(appId, replicaId, { weight: 6 })).operation.id).not.toBe(first.operation.id);
  });

  it('a backup and a method that allows none refuse each other, whoever comes first', async () => {
    const { appId, replicaId } = await balanced();
    await configure(appId, replicaId, { backup: true });
    for (const method of ['ip_hash', 'hash', 'random', 'sticky']) {
      expect(await fieldsOf(change(appId, { method }))).toEqual([
        { path: 'method', message: expect.stringContaining('stands by as a backup') },
      ]);
    }
    await configure(appId, replicaId, { backup: false });
    await change(appId, { method: 'ip_hash' });
    expect(await fieldsOf(configure(appId, replicaId, { backup: true }))).toEqual([
      { path: 'backup', message: expect.stringContaining('IP hash') },
    ]);
  });

  it('new visitors are kept away only where the balancer knows who was there before', async () => {
    const { appId, replicaId, primaryId } = await balanced();
    const drain = () => fieldsOf(configure(appId, replicaId, { drain: true }));
    const because = (text: string) => [{ path: 'drain', message: expect.stringContaining(text) }];
    expect(await drain()).toEqual(because('choose that method first'));
    await change(appId, { method: 'sticky' });
    expect(await drain()).toEqual(because('Nginx 1.22.1'));
    await hasNginx(appId, '1.30.6');
    const { diff } = await plan(appId, { action: 'configure', backendId: replicaId, drain: true });
    expect(diff).toMatch(/^\+ +server .* drain;$/m);
    expect(await drain()).toBe('accepted');
    expect((await rowsOf(appId)).backends.find(({ id }) => id === replicaId)?.drain).toBe(true);
    expect(await fieldsOf(change(appId, { method: 'least_conn' }))).toEqual([
      { path: 'method', message: expect.stringContaining('Let it have new ones again first.') },
    ]);
    // Where nobody else is left for new visitors, it takes them.
    const off = await plan(appId, { action: 'toggle', backendId: primaryId, enabled: false });
    expect(off.diff).toMatch(/^\+ +server .* down;$/m);
    expect(off.diff).not.toContain(' drain;');
    await configure(appId, replicaId, { drain: false });
    expect(await fieldsOf(change(appId, { method: 'least_conn' }))).toBe('accepted');
  });

  it('with backups alone left, they take the requests, and the plan says so', async () => {
    const { appId, primaryId, replicaId } = await balanced();
    await configure(appId, replicaId, { backup: true });
    const { diff, notes } = await plan(appId, { action: 'configure', backendId: primaryId, backup: true });
    expect(diff).not.toMatch(/^\+.*backup;$/m);
    expect(notes.map(({ text }) => text).join()).toContain('All backends only stand by');
  });

  it.each([
    ['weight', 0],
    ['weight', '1; server 6.6.6.6'],
    ['maxConns', -1],
    ['failTimeoutSeconds', 1.5],
    ['backup', 'yes'],
    ['drain', 'yes'],
    ['port', 22],
  ])('refuses %s %j', async (path, value) => {
    const { appId, replicaId } = await balanced();
    expect(await fieldsOf(configure(appId, replicaId, { [path]: value }))).not.toBe('accepted');
  });

  it('of another organization’s backend do not exist', async () => {
    const { appId, replicaId } = await balanced();
    await expect(
      core.configureBackend(world.ctx, world.theirs, { appId, backendId: replicaId, weight: 2 }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});
