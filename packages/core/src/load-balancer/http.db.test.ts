import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as core from '../index.ts';
import {
  finishOperations,
  seedApp,
  seedAppliedConfig,
  seedBalancedApp,
  seedLiveApp,
} from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let owner: core.Actor;
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());

const change = (appId: string, body: object) => core.changeLoadBalancer(world.ctx, owner, { appId, ...body });
const read = async (appId: string) => (await core.readLoadBalancer(world.ctx, owner, { appId })).http;
const row = async (appId: string) =>
  (await world.ctx.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } })).http;
const plan = async (appId: string, http: object) => {
  const { servers, notes } = await core.planLoadBalancer(world.ctx, owner, { appId, action: 'change', http });
  const files = servers.flatMap((server) => server.files);
  return { paths: files.map(({ path }) => path), diff: files.map(({ diff }) => diff).join('\n'), notes };
};
const fieldsOf = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: { details?: { errors?: { path: string; message: string }[] } }) => error.details?.errors ?? error,
  );

const everything = {
  maxBodyBytes: 5_000_000,
  timeouts: { connectSeconds: 2, sendSeconds: 30, readSeconds: 300 },
  buffering: false,
  gzip: { mode: 'on', minBytes: 512 },
  balancerHealth: { enabled: true, path: '/balancer' },
  requestHeaders: [{ name: 'X-Tier', value: 'gold $5' }],
  responseHeaders: [{ name: 'X-Frame-Options', value: 'DENY' }],
  redirects: [{ match: 'exact', from: '/old', to: '/new', status: 301, keepQuery: true, keepPath: false }],
  access: [
    { action: 'allow', source: '203.0.113.0/24' },
    { action: 'deny', source: 'all' },
  ],
  rateLimit: { requests: 10, per: 'second', burst: 20 },
  snippet: 'location = /teapot {\n  return 418; # } short\n}',
  routes: [],
  grpc: [],
  trustedProxy: {
    networks: ['198.51.100.0/24', '2001:db8::/32'],
    field: 'CF-Connecting-IP',
    only: true,
    listUrl: 'https://www.example.com/ips',
  },
};

describe('HTTP settings', () => {
  it('are what a front does by itself, until somebody changes them', async () => {
    const { app } = await seedLiveApp(world, owner);
    expect(await row(app.id)).toEqual({});
    expect(await read(app.id)).toMatchObject({ maxBodyBytes: 64 * 1024 ** 2, buffering: true });
  });

  it('are stored, each of them, planned as lines of the front, with load balancing and without', async () => {
    for (const { app } of [await seedBalancedApp(world, owner), await seedLiveApp(world, owner)]) {
      const { diff, paths } = await plan(app.id, everything);
      expect(diff).toContain('+    client_max_body_size 5000000;');
      expect(diff).toContain('+    proxy_read_timeout 300s;');
      expect(paths.filter((path) => path.endsWith('.backend.conf')).length).toBeGreaterThan(0);
      const { operation } = await change(app.id, { http: everything });
      expect(operation).toMatchObject({
        kind: 'load-balancer.change',
        title: expect.stringContaining('front'),
      });
      expect(await read(app.id)).toEqual(everything);
      expect((await change(app.id, { http: everything })).operation.id).toBe(operation.id);
    }
  });

  it('that are named replace what was, and no other', async () => {
    const { app } = await seedLiveApp(world, owner);
    await change(app.id, { http: everything });
    await change(app.id, { http: { buffering: true, timeouts: { readSeconds: 20 } } });
    expect(await read(app.id)).toEqual({
      ...everything,
      buffering: true,
      timeouts: { connectSeconds: 5, sendSeconds: 60, readSeconds: 20 },
    });
    expect(await row(app.id)).not.toHaveProperty('buffering');
  });

  it('go with a method in one change', async () => {
    const { app } = await seedBalancedApp(world, owner);
    await change(app.id, { method: 'ip_hash', http: { buffering: false } });
    const { method, http } = await core.readLoadBalancer(world.ctx, owner, { appId: app.id });
    expect([method, http.buffering]).toEqual(['ip_hash', false]);
  });

  it('come back with the generation that had them', async () => {
    const { app } = await seedBalancedApp(world, owner);
    await change(app.id, { http: everything });
    await seedAppliedConfig(world, app.id);
    const { generation } = await core.readLoadBalancer(world.ctx, owner, { appId: app.id });
    await change(app.id, { http: { buffering: true, maxBodyBytes: 4096 } });
    await finishOperations(world, app.id);
    await core.restoreLoadBalancer(world.ctx, owner, { appId: app.id, generation });
    expect(await read(app.id)).toEqual(everything);
  });

  it('of which a diff says too little are explained', async () => {
    const { app } = await seedLiveApp(world, owner, {
      healthPath: '/up',
      runtime: 'php',
      documentRoot: 'public',
    });
    const { notes } = await plan(app.id, {
      maxBodyBytes: 3 * 1024 ** 3,
      timeouts: { readSeconds: 900 },
      buffering: false,
      gzip: { mode: 'on' },
      balancerHealth: { enabled: true, path: '/up' },
      requestHeaders: [{ name: 'X-Api-Key', value: 'k' }],
      responseHeaders: [{ name: 'Strict-Transport-Security', value: 'max-age=600' }],
      redirects: [
        { from: '/old', to: '/new', status: 308 },
        { match: 'prefix', from: '/up/', to: '/down/' },
      ],
      access: [
        { action: 'allow', source: '203.0.113.77/24' },
        { action: 'deny', source: 'all' },
      ],
      snippet: 'set $a b;\nlocation /x/ { proxy_pass http://10.0.0.9; }',
    });
    const said = notes.map(({ level, text }) => `${level}: ${text}`).join('\n');
    for (const words of [
      'warning: Bodies of up to 3 GiB',
      'upload_max_filesize',
      'up to 900 s',
      'holds a connection',
      'BREACH',
      'warning: /up is the health path',
      'Each backend’s own Nginx',
      'warning: The value of X-Api-Key',
      'refuse plain HTTP',
      'taking back /old later',
      'warning: Nobody but 203.0.113.0/24 reaches the app',
      'is one address',
      'warning: A snippet of 2 lines',
      'warning: Line 2 of the snippet leads requests to http://10.0.0.9',
    ]) {
      expect(said).toContain(words);
    }
    const { notes: ofProxy } = await plan(app.id, { trustedProxy: everything.trustedProxy });
    const saidOfProxy = ofProxy.map(({ level, text }) => `${level}: ${text}`).join('\n');
    expect(saidOfProxy).toContain('2 networks are believed when CF-Connecting-IP says who the visitor is');
    expect(saidOfProxy).toContain('warning: The proxy has to set CF-Connecting-IP itself');
    expect(saidOfProxy).toContain('warning: Whoever connects past the proxy gets 403');
    expect(saidOfProxy).toContain('https://www.example.com/ips is read once a day');
    expect((await plan(app.id, {})).notes.map(({ text }) => text).join()).not.toContain('BREACH');
  });

  it.each([
    ['http.maxBodyBytes', { maxBodyBytes: 1 }],
    ['http.timeouts.readSeconds', { timeouts: { readSeconds: '60s; return 200' } }],
    ['http.gzip.mode', { gzip: { mode: 'on; root /etc' } }],
    [
      'http.balancerHealth.path',
      { balancerHealth: { enabled: true, path: '/x { alias /etc/; } location = /y' } },
    ],
    ['http.nonsense', { nonsense: true }],
    ['http.requestHeaders.0.name', { requestHeaders: [{ name: 'X-Forwarded-For', value: '1' }] }],
    ['http.access.0.source', { access: [{ action: 'deny', source: '10.0.0.0/8; allow all' }] }],
    ['http.trustedProxy.networks.1', { trustedProxy: { networks: ['203.0.113.9', '0.0.0.0/0'] } }],
    ['http.trustedProxy.networks', { trustedProxy: { networks: [] } }],
    ['http.trustedProxy.field', { trustedProxy: { networks: ['203.0.113.9'], field: 'Forwarded' } }],
    ['http.snippet', { snippet: '} server { listen 8092;' }],
    ['http.rateLimit.burst', { rateLimit: { requests: 1, per: 'second', burst: -1 } }],
    ['http.redirects.0.to', { redirects: [{ from: '/a', to: '//evil.example' }] }],
  ])('refuse %s', async (path, http) => {
    const { app } = await seedLiveApp(world, owner);
    expect(await fieldsOf(change(app.id, { http }))).toEqual([{ path, message: expect.any(String) }]);
    expect(await row(app.id)).toEqual({});
  });

  it('lead parts of a site to other apps of the organization and the balancer, and to no other', async () => {
    const { app, primary } = await seedLiveApp(world, owner);
    const second = await core.createApp(world.ctx, owner, {
      name: `Api of ${app.name}`,
      repositoryUrl: 'https://git.example/api.git',
      runtime: 'static',
      domains: [`api-${app.slug}.example.com`],
      primaryServerId: primary.id,
    });
    const { slug } = await world.ctx.prisma.app.findUniqueOrThrow({ where: { id: second.id } });
    const routes = [{ prefix: '/api/', app: slug, stripPrefix: true }];
    const strange = [{ path: 'http.routes.0.app', message: expect.any(String) }];
    // It does not serve yet.
    expect(await fieldsOf(change(app.id, { http: { routes } }))).toEqual(strange);
    await world.ctx.prisma.app.update({ where: { id: second.id }, data: { status: 'live' } });
    const { diff, notes } = await plan(app.id, { routes });
    expect(diff).toContain(`+        set $fairlead_route_`);
    expect(notes.map(({ text }) => text).join()).toContain(`go to the backends of ${slug}`);
    await change(app.id, { http: { routes } });
    expect((await read(app.id)).routes).toEqual(routes);
    const view = await core.readLoadBalancer(world.ctx, owner, { appId: app.id });
    expect(view.routeTargets).toEqual([{ slug, name: second.name }]);
    const elsewhere = await seedLiveApp(world, owner);
    for (const other of [app.slug, elsewhere.app.slug, 'nobody']) {
      const http = { routes: [{ prefix: '/api/', app: other }] };
      expect(await fieldsOf(change(app.id, { http })), other).toEqual(strange);
    }
    // Whoever removes the other app is told who leads to it, and a restore after that leaves the route out.
    await finishOperations(world, app.id);
    const removal = { appId: second.id, confirm: second.name };
    await expect(core.removeApp(world.ctx, owner, removal)).rejects.toMatchObject({
      code: 'conflict',
      message: `${app.name} leads requests below /api/ to this app.`,
    });
    await seedAppliedConfig(world, app.id);
    const { generation } = await core.readLoadBalancer(world.ctx, owner, { appId: app.id });
    await change(app.id, { http: { routes: [], buffering: false } });
    await world.ctx.prisma.loadBalancer.update({
      where: { appId: app.id },
      data: { enabled: true, status: 'on' },
    });
    await core.removeApp(world.ctx, owner, removal);
    const restored = await core.planLoadBalancer(world.ctx, owner, {
      appId: app.id,
      action: 'restore',
      generation,
    });
    expect(restored.notes.map(({ text }) => text).join()).toContain(`/api/ led to ${slug}`);
    await core.restoreLoadBalancer(world.ctx, owner, { appId: app.id, generation });
    expect(await read(app.id)).toMatchObject({ routes: [], buffering: true });
  });

  it('that do not go together with what is there are refused on their own field', async () => {
    const { app } = await seedLiveApp(world, owner);
    await change(app.id, { http: { balancerHealth: { enabled: true, path: '/up' } } });
    expect(await fieldsOf(change(app.id, { http: { redirects: [{ from: '/up', to: '/b' }] } }))).toEqual([
      { path: 'http.redirects.0.from', message: expect.stringContaining('own health') },
    ]);
  });

  it('are refused for an app that does not serve yet, and a method where load balancing is off', async () => {
    const { app } = await seedApp(world, owner);
    await expect(change(app.id, { http: { buffering: false } })).rejects.toMatchObject({ code: 'conflict' });
    const live = await seedLiveApp(world, owner);
    await expect(change(live.app.id, {})).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(change(live.app.id, { method: 'ip_hash' })).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('services of gRPC', () => {
  const grpc = ['/shop.Orders/'];
  const facts = (version: string, readsStreams: boolean) => ({
    hostVersion: '0.1.0',
    hostname: 'one',
    os: { id: 'debian', versionId: '12', codename: 'bookworm', prettyName: 'Debian 12' },
    kernel: '6.1',
    architecture: 'x86_64',
    cores: 2,
    memoryBytes: 1e9,
    diskTotalBytes: 1e10,
    diskFreeBytes: 1e9,
    uptimeSeconds: 1,
    addresses: [],
    nginx: {
      ...{ version, running: true, readsStreams },
      modules: ['http_realip', 'http_ssl', 'http_v2', 'stream'],
    },
    postgresql: null,
    mariadb: null,
    node: '20.0.0',
    php: null,
    firewall: 'nftables',
  });
  const withNginx = (version: string, readsStreams = true) =>
    world.ctx.prisma.server.updateMany({ data: { facts: facts(version, readsStreams) } });
  const encrypted = (appId: string) =>
    world.ctx.prisma.loadBalancer.update({
      where: { appId },
      data: { backendTls: { enabled: true }, backendWay: 'tls' },
    });

  it('need TLS to backends whose Nginx takes HTTP/2 beside HTTP/1.1 by it alone, and keep it there', async () => {
    const { app } = await seedBalancedApp(world, owner);
    await withNginx('1.22.1');
    expect(await fieldsOf(change(app.id, { http: { grpc } }))).toEqual([
      { path: 'http.grpc', message: expect.stringContaining('encrypt traffic to the backends first') },
    ]);
    await encrypted(app.id);
    await change(app.id, { http: { grpc } });
    expect(await row(app.id)).toEqual({ grpc });
    await finishOperations(world, app.id);
    expect(await fieldsOf(change(app.id, { backendTls: { enabled: false } }))).toEqual([
      { path: 'backendTls.enabled', message: expect.stringContaining('keep it so') },
    ]);
  });

  it('come by TLS past the backends’ sites, on a port of their own, which takes an Nginx that reads streams', async () => {
    const { app } = await seedBalancedApp(world, owner);
    await encrypted(app.id);
    await withNginx('1.22.1', false);
    expect(await fieldsOf(change(app.id, { http: { grpc } }))).toEqual([
      { path: 'http.grpc', message: expect.stringContaining('does not read TCP streams') },
    ]);
    await withNginx('1.22.1');
    const port = 15_000 + app.slot;
    const { servers, notes } = await core.planLoadBalancer(world.ctx, owner, {
      appId: app.id,
      action: 'change',
      http: { grpc },
    });
    for (const { files, firewall } of servers) {
      const calls = files.find(({ path }) => path === `/etc/nginx/fairlead/stream/${app.slug}.grpc.conf`);
      expect(calls?.after).toContain(`:${port} ssl;`);
      expect(firewall).toContainEqual(expect.objectContaining({ change: 'add', purpose: 'stream', port }));
    }
    expect(servers.flatMap(({ files }) => files.map(({ after }) => after)).join('\n')).toMatch(
      new RegExp(`upstream fairleadgrpc_[^}]+:${port} `),
    );
    expect(notes.map(({ text }) => text).join('\n')).toContain(`on port ${port}`);
  });

  it('go without TLS where that Nginx can, and are planned for both of them', async () => {
    const { app } = await seedBalancedApp(world, owner);
    await withNginx('1.26.3');
    const { diff, notes } = await plan(app.id, { grpc });
    expect(diff.match(/^\+ +grpc_pass grpc:\/\/fairleadgrpc_/gm)).toHaveLength(1);
    expect(diff).toMatch(/^\+ +grpc_pass grpc:\/\/fairleadlocalgrpc_/m);
    expect(diff).toMatch(/^\+ +http2 on;/m);
    const words = notes.map(({ text }) => text).join('\n');
    expect(words).toContain('HTTP/2 on the port where it takes HTTP/1.1');
    expect(words).toContain('until the app has a certificate');
    await change(app.id, { http: { grpc } });
    expect(await read(app.id)).toMatchObject({ grpc });
  });
});
