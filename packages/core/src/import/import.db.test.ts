import { makeAuthority } from '@fairlead/nginx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as core from '../index.ts';
import {
  finishOperations,
  seedBalancedApp,
  seedLiveApp,
  seedNginxReading,
  seedServer,
} from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let owner: core.Actor;
let serial = 0;
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

/** A balanced app whose primary has a site of its own, for a name that nobody else has. */
async function seed(more: { inServer?: string; pool?: string } = {}) {
  const seeded = await seedBalancedApp(world, owner, 2);
  const appId = seeded.app.id;
  const outsider = await seedServer(world, owner);
  serial += 1;
  const name = `shop${serial}.example`;
  const [second, third] = seeded.replicas;
  const pool =
    more.pool ??
    `least_conn;
     server 127.0.0.1:8080 weight=3 max_fails=2;
     server ${second?.address}:8080 fail_timeout=30s max_conns=50;
     server ${third?.address}:8080 down;
     server ${outsider.address}:8080;
     server 192.0.2.99:8080;`;
  const text = `upstream shop { ${pool} }
server {
  server_name ${name} localhost;
  client_max_body_size 20m;
  ${more.inServer ?? ''}
  location / { proxy_pass http://shop; proxy_read_timeout 300s; add_header X-Own yes; }
  location /teapot { return 418; }
}`;
  const file = await seedNginxReading(world, appId, text);
  return { ...seeded, appId, file, name, outsider, second, third };
}

const plan = (appId: string, file: object, actor = owner) =>
  core.planLoadBalancer(world.ctx, actor, { appId, action: 'import', ...file });
const run = (appId: string, file: object) => core.importConfig(world.ctx, owner, { appId, ...file });

describe('importing a config of the server’s own', () => {
  it('shows what an import would make, and whom each line means', async () => {
    const { appId, file, name, outsider } = await seed();
    const list = await core.listImports(world.ctx, owner, { appId });
    expect(list.items).toMatchObject([
      {
        ...file,
        refusal: null,
        blocks: [{ names: [name, 'localhost'], upstream: 'shop', does: 'proxies' }],
        result: {
          names: [name],
          method: 'least connections',
          settings: ['Largest request body: 20 MiB', 'Time to read: 300 s', 'To visitors: X-Own: yes'],
          servers: [
            { is: 'backend', options: ['weight 3', 'left out after 2 failures'] },
            { is: 'backend', options: ['after failures out for 30 s', 'at most 50 connections'] },
            { is: 'backend', options: ['disabled'] },
            { is: 'server', server: { id: outsider.id } },
            { is: 'unknown', server: null },
          ],
        },
      },
    ]);
  });

  it('plans it: the file out, the front changed, what is next for each server, and nothing written', async () => {
    const { appId, file, name, outsider } = await seed();
    const { servers, notes } = await plan(appId, file);
    const files = servers.flatMap((server) => server.files);
    expect(files.find(({ path }) => path === file.path)).toMatchObject({ after: null });
    const front = files.find(({ path }) => path.endsWith('.front.conf'))?.after ?? '';
    for (const line of [
      'least_conn;',
      ` ${name};`,
      'client_max_body_size 20m;',
      'location /teapot',
      'weight=3',
    ])
      expect(front).toContain(line);
    const text = notes.map((note) => note.text).join('\n');
    expect(text).toContain('/etc/nginx/fairlead/replaced/');
    expect(text).toMatch(new RegExp(`${outsider.name}, which does not run this app`));
    expect(text).toMatch(/192\.0\.2\.99:8080 is no registered server/);
    expect(text).toContain('Kept in the snippet: location /teapot');
    expect(text).toContain('Not kept: server_name localhost;');
    expect(text).not.toContain('does not manage');
    expect(await world.ctx.prisma.operation.count({ where: { appId } })).toBe(0);
  });

  it('asks for all of it at once, and can take all of it back', async () => {
    const { appId, file, name, backend, second, third, loadBalancer } = await seed();
    const { prisma } = world.ctx;
    const read = async () => {
      const { imports, generation, http, method } = await prisma.loadBalancer.findUniqueOrThrow({
        where: { appId },
      });
      const rows = await prisma.backend.findMany({ where: { appId }, orderBy: { id: 'asc' } });
      const { domains } = await prisma.app.findUniqueOrThrow({ where: { id: appId } });
      return {
        imports,
        generation,
        http,
        method,
        domains,
        rows: rows.map(({ updatedAt: _, ...row }) => row),
      };
    };
    const before = await read();
    const { operation } = await run(appId, file);
    expect(operation).toMatchObject({ kind: 'load-balancer.import', generation: 3 });
    const after = await read();
    expect(after).toMatchObject({
      method: 'least_conn',
      imports: [{ ...file, serverId: loadBalancer.balancerServerId, generation: 3 }],
      http: { maxBodyBytes: 20 * 1024 ** 2, responseHeaders: [{ name: 'X-Own', value: 'yes' }] },
    });
    expect(after.domains).toContain(name);
    const rowOf = (id: string | undefined) => after.rows.find((row) => row.id === id);
    expect(rowOf(backend.id)).toMatchObject({ weight: 3, maxFails: 2, desired: 'enabled' });
    expect(rowOf(second?.id)).toMatchObject({ failTimeoutSeconds: 30, maxConns: 50, desired: 'enabled' });
    expect(rowOf(third?.id)).toMatchObject({ desired: 'disabled' });
    expect((await run(appId, file)).operation.id).toBe(operation.id);
    expect(await core.takeBackImport(prisma, appId, 3)).toBe(true);
    expect(await read()).toEqual({ ...before, generation: 4 });
    expect(await core.takeBackImport(prisma, appId, 3)).toBe(false);
  });

  it('does not take settings back over what somebody changed since', async () => {
    const { appId, file } = await seed();
    await run(appId, file);
    await core.changeLoadBalancer(world.ctx, owner, { appId, http: { maxBodyBytes: 2048 } });
    expect(await core.takeBackImport(world.ctx.prisma, appId, 3)).toBe(false);
    const row = await world.ctx.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } });
    expect(row).toMatchObject({ imports: [], http: { maxBodyBytes: 2048 } });
  });

  it('takes settings alone while load balancing is off, and says so', async () => {
    const { app } = await seedLiveApp(world, owner);
    const text =
      'upstream a { ip_hash; server 127.0.0.1:1 weight=9; server 192.0.2.1:1; } server { location / { proxy_pass http://a; proxy_buffering off; } }';
    const file = await seedNginxReading(world, app.id, text);
    const { notes } = await plan(app.id, file);
    expect(notes.map((note) => note.text).join()).toContain('Load balancing is off');
    await run(app.id, file);
    const row = await world.ctx.prisma.loadBalancer.findUniqueOrThrow({
      where: { appId: app.id },
      include: { app: { include: { backends: true } } },
    });
    expect(row).toMatchObject({ method: 'round_robin', http: { buffering: false }, enabled: false });
    expect(row.app.backends[0]).toMatchObject({ weight: 1 });
  });

  it('keeps the snippet, headers and redirects that the app has beside those of the file', async () => {
    const { appId, file } = await seed();
    const http = {
      snippet: 'expires 1h;\nlocation /teapot {\n    return 418;\n}',
      responseHeaders: [
        { name: 'x-own', value: 'no' },
        { name: 'X-B', value: 'b' },
      ],
    };
    await core.changeLoadBalancer(world.ctx, owner, { appId, http });
    await finishOperations(world, appId);
    await run(appId, file);
    const row = await world.ctx.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } });
    expect(row.http).toMatchObject({
      snippet: http.snippet,
      responseHeaders: [
        { name: 'X-B', value: 'b' },
        { name: 'X-Own', value: 'yes' },
      ],
    });
  });

  it.each([
    ['TLS without a certificate of the app', { inServer: 'listen 443 ssl;' }, /no certificate/],
    ['an upstream that leaves nobody', { pool: 'server 127.0.0.1:1 down; server 192.0.2.8:1;' }, /./],
    ['a file that can not be imported', { inServer: 'listen 81;' }, /listens on 81/],
    ['a snippet that would be too long', { inServer: `set $a "${'x'.repeat(1900)}";`.repeat(9) }, /16 kB/],
  ])('refuses %s', async (name, more, why) => {
    const { appId, file, second, third } = await seed(more);
    if (name.startsWith('an upstream')) {
      for (const backend of [second, third]) {
        await world.ctx.prisma.backend.update({
          where: { id: backend?.id ?? '' },
          data: { desired: 'disabled' },
        });
      }
    }
    const error = await refusal(run(appId, file));
    expect(error).toMatchObject({ code: 'conflict', message: expect.stringMatching(why) });
    expect(await refusal(plan(appId, file))).toMatchObject({ code: 'conflict' });
    expect(await world.ctx.prisma.operation.count({ where: { appId } })).toBe(0);
  });

  it('takes a file that serves by TLS over once the app’s certificate covers its names', async () => {
    const { appId, file, name } = await seed({ inServer: 'listen 443 ssl; ssl_certificate /etc/ssl/a.pem;' });
    const { chain: certificate, key } = makeAuthority().issue({ names: [name] });
    await core.updateApp(world.ctx, owner, { appId, domains: [name] });
    const uploaded = await core.uploadCertificate(world.ctx, owner, { appId, certificate, key });
    const tls = { mode: 'uploaded', certificateId: uploaded.id };
    await core.changeLoadBalancer(world.ctx, owner, { appId, tls });
    await finishOperations(world, appId);
    const { notes } = await plan(appId, file);
    expect(notes.map(({ text }) => text).join()).toContain('Not kept: ssl_certificate /etc/ssl/a.pem;');
    expect((await run(appId, file)).operation.kind).toBe('load-balancer.import');
  });

  it('refuses a text that was not read, a name of another app, and an app that does not serve', async () => {
    const { appId, file, name } = await seed();
    expect(await refusal(run(appId, { ...file, sha256: 'a'.repeat(64) }))).toMatchObject({
      code: 'conflict',
    });
    expect(await refusal(run(appId, { ...file, path: '/etc/passwd' }))).toMatchObject({ code: 'conflict' });
    await seedLiveApp(world, owner, { domains: [name] });
    expect(await refusal(run(appId, file))).toMatchObject({
      message: expect.stringContaining('another app'),
    });
    expect(await world.ctx.prisma.operation.count({ where: { appId } })).toBe(0);
  });

  it('keeps what was read sealed, and shows it to admins alone', async () => {
    const { appId, file } = await seed();
    const [row] = await world.ctx.prisma.nginxReading.findMany();
    expect(row?.filesCipher).not.toContain('proxy_pass');
    expect(await refusal(plan(appId, file, world.ours.deployer))).toMatchObject({ code: 'forbidden' });
    expect(await refusal(plan(appId, file, world.theirs))).toMatchObject({ code: 'not-found' });
  });
});
