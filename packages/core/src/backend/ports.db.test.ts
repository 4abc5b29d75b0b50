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

async function balanced() {
  const { app } = await seedBalancedApp(world, owner);
  const { backends } = await core.readLoadBalancer(world.ctx, owner, { appId: app.id });
  const replica = backends.find(({ role }) => role === 'replica');
  if (replica === undefined) throw new Error('no replica');
  return { app, replica };
}
const configure = (appId: string, backendId: string, body: object) =>
  core.configureBackend(world.ctx, owner, { appId, backendId, ...body });
const rowOf = (id: string) => world.ctx.prisma.backend.findUniqueOrThrow({ where: { id } });
const fieldsOf = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: { details?: { errors?: { path: string; message: string }[] } }) => error.details?.errors ?? error,
  );

describe('a port of one backend', () => {
  it('is planned as what is there in the end: rules, its own file and the front', async () => {
    const { app, replica } = await balanced();
    const { servers, notes } = await core.planLoadBalancer(world.ctx, owner, {
      appId: app.id,
      action: 'configure',
      backendId: replica.id,
      port: 8080,
    });
    const plan = servers.find(({ serverId }) => serverId === replica.server.id);
    expect(new Set(plan?.firewall.map(({ change, port }) => `${change} ${port}`))).toEqual(
      new Set(['add 8080', `remove ${app.port}`]),
    );
    const diffs = servers.flatMap(({ files }) => files.map(({ diff }) => diff)).join('\n');
    expect(diffs).toContain(`-    listen ${replica.address}:${app.port};`);
    expect(diffs).toContain(`+    listen ${replica.address}:8080;`);
    expect(diffs).toMatch(new RegExp(`^\\+ +server ${replica.address}:8080 `, 'm'));
    expect(notes.map(({ text }) => text).join('\n')).toContain(
      `listens on 8080 beside ${app.port} first; the balancer asks there once`,
    );
  });

  it('is stored with the one before still open, and asked for by that one until the worker has opened it', async () => {
    const { app, replica } = await balanced();
    const { operation } = await configure(app.id, replica.id, { port: 8080 });
    expect(operation).toMatchObject({
      kind: 'backend.configure',
      title: expect.stringContaining('to port 8080'),
    });
    expect(await rowOf(replica.id)).toMatchObject({ port: 8080, openPorts: [app.port] });
    const { backends } = await core.readLoadBalancer(world.ctx, owner, { appId: app.id });
    expect(backends.find(({ id }) => id === replica.id)).toMatchObject({ port: app.port, ownPort: 8080 });
    await configure(app.id, replica.id, { port: null });
    expect(await rowOf(replica.id)).toMatchObject({ port: null, openPorts: [app.port] });
    await configure(app.id, replica.id, { weight: 4 });
    expect(await rowOf(replica.id)).toMatchObject({ port: null, weight: 4 });
  });

  it.each([0, 80, 5432, 30_001, 70_000, '8080; listen 22', 8080.5])('is refused: %j', async (port) => {
    const { app, replica } = await balanced();
    expect(await fieldsOf(configure(app.id, replica.id, { port }))).toEqual([
      { path: 'port', message: expect.any(String) },
    ]);
  });

  it('is refused where another app, a backend on the same server, or SSH has it', async () => {
    const one = await balanced();
    const two = await balanced();
    const taken = (by: string) => [{ path: 'port', message: expect.stringContaining(`is taken by ${by}`) }];
    const ask = (port: number) => fieldsOf(configure(two.app.id, two.replica.id, { port }));
    expect(await ask(one.app.port)).toEqual(taken(one.app.name));

    await configure(one.app.id, one.replica.id, { port: 8080 });
    expect(await ask(8080)).toBe('accepted');
    await world.ctx.prisma.backend.update({
      where: { id: one.replica.id },
      data: { serverId: two.replica.server.id, port: 8081 },
    });
    expect(await ask(8081)).toEqual(taken(`${one.app.name} on `));
    await world.ctx.prisma.server.update({ where: { id: two.replica.server.id }, data: { port: 2222 } });
    expect(await ask(2222)).toEqual(taken('SSH on '));
    await expect(
      core.planLoadBalancer(world.ctx, owner, {
        appId: two.app.id,
        action: 'configure',
        backendId: two.replica.id,
        port: 8081,
      }),
    ).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('is no new app’s', async () => {
    const { app, replica } = await balanced();
    await configure(app.id, replica.id, { port: 8090 });
    const created = core.createApp(world.ctx, owner, {
      name: 'Late',
      repositoryUrl: 'https://git.example/late.git',
      runtime: 'static',
      domains: ['late.example.com'],
      port: 8090,
      primaryServerId: app.primaryServerId,
    });
    expect(await fieldsOf(created)).toEqual([
      { path: 'port', message: expect.stringContaining('uses this port') },
    ]);
  });

  it('stays where an earlier generation that knew another comes back', async () => {
    const { app, replica } = await balanced();
    await seedAppliedConfig(world, app.id);
    const { generation } = await core.readLoadBalancer(world.ctx, owner, { appId: app.id });
    await configure(app.id, replica.id, { port: 8095, weight: 9 });
    await world.ctx.prisma.backend.update({ where: { id: replica.id }, data: { openPorts: [] } });
    await finishOperations(world, app.id);
    const { notes } = await core.planLoadBalancer(world.ctx, owner, {
      appId: app.id,
      action: 'restore',
      generation,
    });
    expect(notes.map(({ text }) => text).join('\n')).toContain(`at port ${app.port} then, and stays at 8095`);
    await core.restoreLoadBalancer(world.ctx, owner, { appId: app.id, generation });
    expect(await rowOf(replica.id)).toMatchObject({ port: 8095, weight: 1, desired: 'enabled' });
  });
});
