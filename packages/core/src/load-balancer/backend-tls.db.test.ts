import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as core from '../index.ts';
import { finishOperations, seedBalancedApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let owner: core.Actor;
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());

async function balanced() {
  const { app } = await seedBalancedApp(world, owner);
  const tls = 25_000 + app.slot;
  return { app, tls };
}
const change = (appId: string, backendTls: object) =>
  core.changeLoadBalancer(world.ctx, owner, { appId, backendTls });
const read = (appId: string) => core.readLoadBalancer(world.ctx, owner, { appId });
const rowOf = (appId: string) => world.ctx.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } });
const fieldsOf = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: { details?: { errors?: { path: string; message: string }[] } }) => error.details?.errors ?? error,
  );
const refusal = (path: string, message: string) => [{ path, message: expect.stringContaining(message) }];

describe('encrypted traffic to the backends', () => {
  it('is planned as what is there in the end: rules, files of both sides, and what that means', async () => {
    const { app, tls } = await balanced();
    const { servers, notes } = await core.planLoadBalancer(world.ctx, owner, {
      appId: app.id,
      action: 'change',
      backendTls: { enabled: true },
    });
    const rules = servers.flatMap(({ firewall }) => firewall.map((rule) => `${rule.change} ${rule.port}`));
    expect(new Set(rules)).toEqual(new Set([`add ${tls}`, `remove ${app.port}`]));
    const diffs = servers.flatMap(({ files }) => files.map(({ diff }) => diff)).join('\n');
    expect(diffs).toMatch(new RegExp(`^\\+ +listen \\S+:${tls} ssl;`, 'm'));
    expect(diffs).toMatch(/^\+ +proxy_ssl_verify on;/m);
    expect(diffs).toMatch(/^\+ +proxy_pass https:/m);
    expect(diffs).toContain('issued-with-this-change.pem');
    expect(diffs).not.toContain('0'.repeat(64));
    expect(notes.map(({ text }) => text).join('\n')).toContain(`listens on port ${tls} by TLS`);
    expect(await rowOf(app.id)).toMatchObject({ backendTls: {}, backendWay: 'plain' });
  });

  it('is wanted at once, and asked for by plain HTTP until the worker has turned the front', async () => {
    const { app, tls } = await balanced();
    const { operation } = await change(app.id, { enabled: true });
    expect(operation).toMatchObject({ kind: 'load-balancer.change' });
    expect(await rowOf(app.id)).toMatchObject({ backendWay: 'plain+tls' });
    const { backendTls, backends } = await read(app.id);
    expect(backendTls).toEqual({
      enabled: true,
      port: null,
      defaultPort: tls,
      way: 'plain+tls',
      isInForce: false,
      firstEndsAt: null,
    });
    expect(backends.map(({ port }) => port)).toEqual([app.port, app.port]);
    // A second press is the same operation; once it has ended, another try.
    expect((await change(app.id, { enabled: true })).operation.id).toBe(operation.id);
    await finishOperations(world, app.id);
    expect((await change(app.id, { enabled: true })).operation.id).not.toBe(operation.id);
    await world.ctx.prisma.loadBalancer.update({ where: { appId: app.id }, data: { backendWay: 'tls' } });
    expect((await read(app.id)).backends.map(({ port }) => port)).toEqual([tls, tls]);
    await finishOperations(world, app.id);
    await change(app.id, { enabled: false });
    expect(await rowOf(app.id)).toMatchObject({ backendWay: 'tls+plain' });
  });

  it('asks for no other change beside it, for a free port, and for the port to stay while it is on', async () => {
    const { app, tls } = await balanced();
    const other = await balanced();
    const both = core.changeLoadBalancer(world.ctx, owner, {
      appId: app.id,
      backendTls: { enabled: true },
      method: 'least_conn',
    });
    expect(await fieldsOf(both)).toEqual(refusal('backendTls', 'a change of its own'));
    for (const port of [app.port, other.app.port, 80, 30_000 + 2 * app.slot])
      expect(await fieldsOf(change(app.id, { enabled: true, port }))).toEqual([
        { path: 'backendTls.port', message: expect.any(String) },
      ]);
    await change(other.app.id, { enabled: true });
    expect(await fieldsOf(change(app.id, { enabled: true, port: other.tls }))).toEqual(
      refusal('backendTls.port', `taken by ${other.app.name}`),
    );
    await change(app.id, { enabled: true, port: 26_543 });
    expect(await fieldsOf(change(app.id, { port: tls }))).toEqual(
      refusal('backendTls.port', 'Stop encrypting first'),
    );
    const created = core.createApp(world.ctx, owner, {
      name: 'Later',
      repositoryUrl: 'https://git.example.com/later.git',
      runtime: 'static',
      primaryServerId: app.primaryServerId,
      domains: ['later.example.com'],
      port: 26_543,
    });
    expect(await fieldsOf(created)).toEqual(refusal('port', 'Another app'));
    const [backend] = (await read(app.id)).backends;
    const configured = core.configureBackend(world.ctx, owner, {
      appId: app.id,
      backendId: backend?.id,
      port: 8_080,
    });
    expect(await fieldsOf(configured)).toEqual(refusal('port', 'all listen on the port'));
  });

  it('and routes of other apps, which ask without TLS, exclude each other', async () => {
    const [one, two] = [await balanced(), await balanced()];
    await world.ctx.prisma.loadBalancer.update({
      where: { appId: two.app.id },
      data: { balancerServerId: (await rowOf(one.app.id)).balancerServerId },
    });
    const route = { prefix: '/api/', app: two.app.slug, stripPrefix: false };
    const routed = () =>
      core.changeLoadBalancer(world.ctx, owner, { appId: one.app.id, http: { routes: [route] } });
    await routed();
    expect(await fieldsOf(change(two.app.id, { enabled: true }))).toEqual(
      refusal('backendTls.enabled', `${one.app.name} leads /api/ to these backends`),
    );
    await core.changeLoadBalancer(world.ctx, owner, { appId: one.app.id, http: { routes: [] } });
    await change(two.app.id, { enabled: true });
    expect(await fieldsOf(routed())).toEqual([{ path: 'http.routes.0.app', message: expect.any(String) }]);
    expect((await read(one.app.id)).routeTargets.map(({ slug }) => slug)).not.toContain(two.app.slug);
  });

  it('keeps the keys of its authority encrypted, and makes one alone', async () => {
    const { app } = await balanced();
    const dates = { notBefore: new Date(), notAfter: new Date() };
    let made = 0;
    const make = async () => {
      made += 1;
      return { certificate: `PEM ${made}`, key: `key ${made}`, ...dates };
    };
    const of = { id: app.id, organizationId: owner.organizationId };
    const both = await Promise.all([1, 2].map(() => core.backendAuthority(world.ctx, of, make)));
    expect(both[0]?.sha256).toBe(both[1]?.sha256);
    const again = await core.backendAuthority(world.ctx, of, make);
    expect(again.key.reveal()).toBe(again.certificate.replace('PEM', 'key'));
    const rows = JSON.stringify(await world.ctx.prisma.backendAuthority.findMany());
    expect(rows).not.toContain('key 1');
    expect(JSON.stringify(again)).not.toContain('key 1');
  });
});
