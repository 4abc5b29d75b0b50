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

const change = (appId: string, streams: unknown) =>
  core.changeLoadBalancer(world.ctx, owner, { appId, streams });
const read = (appId: string) => core.readLoadBalancer(world.ctx, owner, { appId });
const plan = async (appId: string, streams: unknown) => {
  const { servers, notes } = await core.planLoadBalancer(world.ctx, owner, {
    appId,
    action: 'change',
    streams,
  });
  return {
    paths: servers.flatMap(({ files }) => files.map(({ path }) => path)),
    diff: servers.flatMap(({ files }) => files.map(({ diff }) => diff)).join('\n'),
    firewall: servers.flatMap(({ serverId, firewall }) => firewall.map((rule) => ({ serverId, ...rule }))),
    notes: notes.map(({ level, text }) => `${level}: ${text}`),
  };
};
const errorsOf = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: { details?: { errors?: { path: string; message: string }[] } }) =>
      error.details?.errors?.map(({ path, message }) => `${path}: ${message}`) ?? error,
  );

const postgresql = { name: 'postgresql', listenPort: 15_432, backendPort: 6543 };
const everything = {
  name: 'mail',
  listenPort: 8883,
  backendPort: 1883,
  serverNames: ['mail.example.com'],
  method: 'least_conn',
  proxyProtocolFrom: ['10.9.0.0/16'],
  proxyProtocolOut: true,
  connectTimeoutSeconds: 2,
  idleTimeoutSeconds: 60,
  maxConns: 90,
  allowFrom: ['203.0.113.0/24'],
};

/** Facts of a prepared server. */
const facts = (version: string, more: object = {}, firewall = 'nftables') => ({
  hostVersion: '1',
  hostname: 'one',
  os: { id: 'debian', versionId: '13', codename: 'trixie', prettyName: 'Debian' },
  kernel: '6',
  architecture: 'x86_64',
  cores: 2,
  memoryBytes: 1,
  diskTotalBytes: 1,
  diskFreeBytes: 1,
  uptimeSeconds: 1,
  addresses: [],
  nginx: { version, modules: ['stream', 'http_realip'], running: true, readsStreams: true, ...more },
  postgresql: null,
  mariadb: null,
  node: 'v20',
  php: null,
  firewall,
});
const setFacts = (serverId: string, value: object) =>
  world.ctx.prisma.server.update({ where: { id: serverId }, data: { facts: value } });

/** Another app on the same balancer as the first. */
const beside = async (serverId: string, input: object = {}) => {
  const seeded = await seedLiveApp(world, owner, { databaseEngine: 'none', ...input });
  await world.ctx.prisma.loadBalancer.update({
    where: { id: seeded.loadBalancer.id },
    data: { balancerServerId: serverId },
  });
  return seeded;
};

describe('TCP streams', () => {
  it('are stored, each setting of them, and read back', async () => {
    const { app } = await seedLiveApp(world, owner);
    expect((await read(app.id)).streams).toEqual([]);
    const { operation } = await change(app.id, [everything, postgresql]);
    expect(operation).toMatchObject({
      kind: 'load-balancer.change',
      title: `Change the TCP streams of ${app.name}`,
    });
    const { streams, generation, streamsRefusal } = await read(app.id);
    expect(streams).toEqual([everything, { ...streams[1], ...postgresql }]);
    expect(streams[1]).toMatchObject({ method: 'round_robin', idleTimeoutSeconds: 3600, allowFrom: [] });
    expect([generation, streamsRefusal]).toEqual([2, null]);
    expect((await change(app.id, [everything, postgresql])).operation.id).toBe(operation.id);
  });

  it('are planned as a file of their own and as a port of each backend that the balancer alone reaches', async () => {
    const { app, primary, servers } = await seedBalancedApp(world, owner);
    await setFacts(primary.id, facts('1.22.1', {}, 'ufw'));
    const { paths, diff, firewall, notes } = await plan(app.id, [{ ...postgresql, proxyProtocolOut: true }]);
    expect(paths).toContain(`/etc/nginx/fairlead/stream/${app.slug}.stream.conf`);
    expect(diff).toMatch(/^\+ {4}server 10\.0\.\S+:6543 max_fails=1 fail_timeout=10s;$/m);
    const replica = firewall.filter(({ serverId }) => serverId === servers[0]?.id);
    expect(replica).toEqual(
      [primary.privateAddress, primary.ipAddress].sort().map((source) => ({
        serverId: servers[0]?.id,
        change: 'add',
        port: 6543,
        source,
        purpose: 'stream',
      })),
    );
    expect(notes.join('\n')).toMatch(/warning: Everybody who reaches \S+ may connect to port 15432\./);
    expect(notes.join('\n')).toMatch(/ufw is active on \S+: .*`ufw allow 15432\/tcp`/);
    expect(notes.join('\n')).toMatch(/warning: The service behind postgresql is sent a PROXY header first/);
    expect(notes.join('\n')).toMatch(/Fairlead does not start the service/);
    await change(app.id, [postgresql]);
    await seedAppliedConfig(world, app.id);
    const gone = await plan(app.id, []);
    expect(
      gone.firewall.every(({ change: word, purpose }) => word === 'remove' && purpose === 'stream'),
    ).toBe(true);
    expect(gone.firewall).toHaveLength(4);
    expect(gone.diff).toMatch(/^\+\+\+ \/dev\/null/m);
    expect(gone.notes.join('\n')).toMatch(/closes port 15432/);
  });

  it('follow the backends: down in the front is down in the streams, and off is the primary alone', async () => {
    const { app, replicas, backend } = await seedBalancedApp(world, owner);
    await change(app.id, [postgresql]);
    await core.toggleBackend(world.ctx, owner, { appId: app.id, backendId: replicas[0]?.id, enabled: false });
    const desired = async () => core.desiredOf(await core.loadFleet(world.ctx.prisma, app.id));
    expect((await desired()).fronts[0]?.streams?.servers).toMatchObject([
      { address: backend.address, down: false },
      { address: replicas[0]?.address, down: true },
    ]);
    await finishOperations(world, app.id);
    await core.disableLoadBalancer(world.ctx, owner, { appId: app.id });
    expect((await desired()).fronts[0]?.streams?.servers).toMatchObject([
      { address: backend.address, down: false },
    ]);
    await world.ctx.prisma.app.update({ where: { id: app.id }, data: { removing: true } });
    expect((await desired()).fronts).toEqual([]);
    expect(
      (await desired()).firewall.every(({ rules }) => rules.every(({ purpose }) => purpose !== 'stream')),
    ).toBe(true);
  });

  it('wait for the first deployment', async () => {
    const { app } = await seedApp(world, owner);
    await expect(change(app.id, [postgresql])).rejects.toMatchObject({ code: 'conflict' });
  });

  it('come back with the generation that had them, and go with one that had none', async () => {
    const { app } = await seedBalancedApp(world, owner);
    await seedAppliedConfig(world, app.id);
    await change(app.id, [everything]);
    await seedAppliedConfig(world, app.id);
    const { generation } = await read(app.id);
    const config = await core.readConfig(world.ctx, owner, { appId: app.id, generation });
    expect(config.streams).toMatchObject({ path: `/etc/nginx/fairlead/stream/${app.slug}.stream.conf` });
    expect(config.streams?.diff).toMatch(/^\+ +proxy_protocol on;$/m);
    expect((await core.readConfig(world.ctx, owner, { appId: app.id, generation: 2 })).streams).toBeNull();
    await finishOperations(world, app.id);
    const restore = (to: number) =>
      core.restoreLoadBalancer(world.ctx, owner, { appId: app.id, generation: to });
    const first = await restore(2);
    expect((await read(app.id)).streams).toEqual([]);
    expect((await restore(2)).operation.id).toBe(first.operation.id);
    await finishOperations(world, app.id);
    await restore(generation);
    expect((await read(app.id)).streams).toEqual([everything]);
  });
});

describe('a port of the balancer', () => {
  it('that somebody else has is refused, with who', async () => {
    const { app, primary } = await seedBalancedApp(world, owner);
    const other = await beside(primary.id);
    await world.ctx.prisma.server.update({ where: { id: primary.id }, data: { port: 2222 } });
    await change(other.app.id, [{ ...postgresql, listenPort: 7000 }]);
    const refusal = async (listenPort: number, more: object = {}) =>
      errorsOf(plan(app.id, [{ ...postgresql, listenPort, ...more }]));
    const taken = (port: number, owner: string) => [
      `streams.0.listenPort: Port ${port} is taken by ${owner}. Choose another one.`,
    ];
    expect(await refusal(80)).toEqual(taken(80, 'the HTTP fronts of this balancer'));
    expect(await refusal(22)).toEqual(taken(22, 'SSH'));
    expect(await refusal(2222)).toEqual(taken(2222, 'SSH'));
    expect(await refusal(5432)).toEqual(taken(5432, `the database of ${app.name}`));
    expect(await refusal(app.port)).toEqual(taken(app.port, `the backend site of ${app.name}`));
    expect(await refusal(30_001 + 2 * app.slot)).toEqual(
      taken(30_001 + 2 * app.slot, `the process of ${app.name}`),
    );
    expect(await refusal(7000)).toEqual(taken(7000, `the stream postgresql of ${other.app.name}`));
    expect(await refusal(7000, { serverNames: ['a.example.com'] })).toEqual(
      taken(7000, `the stream postgresql of ${other.app.name}`),
    );
    expect(await refusal(6543)).toEqual(
      taken(6543, `the service behind the stream postgresql of ${app.name}, which runs on this server too`),
    );
    expect(await refusal(443)).toBe('accepted');
    expect(await errorsOf(change(app.id, [{ ...postgresql, listenPort: 7000 }]))).toEqual(
      taken(7000, `the stream postgresql of ${other.app.name}`),
    );
    expect(await errorsOf(plan(app.id, [{ ...postgresql, backendPort: 2222 }]))).toEqual([
      `streams.0.backendPort: Port 2222 is SSH on ${primary.name}’s, which is never led to or guarded.`,
    ]);
  });

  it('is given to one of two apps that ask for it at once', async () => {
    const { app, primary } = await seedBalancedApp(world, owner);
    const other = await beside(primary.id);
    const outcomes = await Promise.all(
      [app.id, other.app.id].map((id) => errorsOf(change(id, [postgresql]))),
    );
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
  });

  it('is shared by names where Nginx can, by apps that say the same of it', async () => {
    const { app, primary } = await seedBalancedApp(world, owner);
    const other = await beside(primary.id);
    const one = { ...postgresql, listenPort: 8443, serverNames: ['one.example.com'] };
    const two = { ...one, serverNames: ['two.example.com'] };
    await setFacts(primary.id, facts('1.22.1'));
    await change(other.app.id, [one]);
    expect(await errorsOf(plan(app.id, [two]))).toEqual([
      `streams.0.listenPort: Port 8443 is taken by the stream postgresql of ${other.app.name}. Apps share a port by names from Nginx 1.25.5 on; ${primary.name} has 1.22.1. Choose another port.`,
    ]);
    await setFacts(primary.id, facts('1.26.3'));
    expect(await errorsOf(plan(app.id, [one]))).toEqual([
      `streams.0.serverNames: one.example.com is taken by the stream postgresql of ${other.app.name} on this port.`,
    ]);
    expect(await errorsOf(plan(app.id, [{ ...two, allowFrom: ['10.0.0.0/8'] }]))).toEqual([
      `streams.0.allowFrom: Must be as the stream postgresql of ${other.app.name} has it: it counts for the whole port 8443.`,
    ]);
    expect(await errorsOf(change(app.id, [two]))).toBe('accepted');
  });

  it('is not opened on a server that has no module for streams or does not read them, but closed all the same', async () => {
    const { app, primary } = await seedBalancedApp(world, owner);
    await change(app.id, [postgresql]);
    await seedAppliedConfig(world, app.id);
    await setFacts(primary.id, facts('1.22.1', { modules: ['http_realip'] }));
    expect((await read(app.id)).streamsRefusal).toMatch(/libnginx-mod-stream/);
    expect(await errorsOf(change(app.id, [{ ...postgresql, maxConns: 5 }]))).toEqual([
      expect.stringMatching(/^streams: Nginx on \S+ has no module for TCP streams/),
    ]);
    await setFacts(primary.id, facts('1.22.1', { readsStreams: undefined }));
    expect(await errorsOf(change(app.id, [{ ...postgresql, maxConns: 5 }]))).toEqual([
      expect.stringMatching(/^streams: Nginx on \S+ does not read TCP streams yet/),
    ]);
    expect((await plan(app.id, [])).paths).toContain(`/etc/nginx/fairlead/stream/${app.slug}.stream.conf`);
    expect(await errorsOf(change(app.id, []))).toBe('accepted');
  });
});
