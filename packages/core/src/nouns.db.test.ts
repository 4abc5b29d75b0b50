import { AppError, Secret } from '@fairlead/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as core from './index.ts';
import { updateAppBody, updateServerBody } from './schemas.ts';
import { seedApp, seedBalancedApp, seedLiveApp, seedServer } from './testing/fleet.ts';
import { createWorld, type World } from './testing/world.ts';

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

describe('every accepted field is stored', () => {
  it('of a new server', async () => {
    const jump = await seedServer(world, owner);
    const input = {
      name: 'full',
      address: 'web.example.com',
      port: 2222,
      user: 'debian',
      privateAddress: '10.9.9.9',
      jumpServerId: jump.id,
    };
    const view = await core.createServer(world.ctx, owner, input);
    expect(view).toMatchObject({ ...input, status: 'new', jumpServerName: jump.name });
    expect(await world.ctx.prisma.server.findUnique({ where: { id: view.id } })).toMatchObject(input);
  });

  it('of a changed server', async () => {
    const [server, jump] = [await seedServer(world, owner), await seedServer(world, owner)];
    const input = {
      name: 'renamed',
      address: '203.0.113.9',
      port: 2200,
      user: 'admin',
      privateAddress: '10.8.8.8',
      jumpServerId: jump.id,
    };
    expect(Object.keys(input).sort()).toEqual(Object.keys(updateServerBody.shape).sort());
    expect(await core.updateServer(world.ctx, owner, { serverId: server.id, ...input })).toMatchObject(input);
  });

  it('of a new app', async () => {
    const server = await seedServer(world, owner);
    const input = {
      name: 'Full App',
      repositoryUrl: 'git@git.example:you/app.git',
      branch: 'release/1',
      runtime: 'node',
      installCommand: 'npm ci',
      buildCommand: 'npm run build',
      startCommand: 'node server.js',
      releaseCommand: 'npm run migrate',
      releaseCommandFailure: 'go-on',
      documentRoot: 'public',
      rootDirectory: 'apps/shop',
      submodules: true,
      lfs: true,
      sharedFolders: ['storage/app', 'uploads'],
      buildOn: 'each',
      runtimeVersion: '22',
      port: 23_456,
      domains: ['full.example.com', 'www.full.example.com'],
      healthPath: '/up?x=1',
      healthIntervalMs: 5_000,
      healthTimeoutMs: 700,
      startTimeoutMs: 90_000,
      healthRise: 3,
      healthFall: 4,
      memoryMib: 512,
      cpuPercent: 150,
      tasks: 200,
      rolloutDrain: true,
      rolloutBatch: 0,
      rolloutFloor: 2,
      rolloutRise: 4,
      rolloutFailure: 'stop',
      primaryServerId: server.id,
      databaseEngine: 'mariadb',
    };
    const view = await core.createApp(world.ctx, owner, input);
    expect(await world.ctx.prisma.app.findUnique({ where: { id: view.id } })).toMatchObject(input);
    const { primaryServerId, databaseEngine, ...shown } = input;
    expect(view).toMatchObject({
      ...shown,
      slug: 'full-app',
      status: 'new',
      url: 'http://full.example.com/',
      primaryServer: { id: primaryServerId },
      database: { engine: databaseEngine, name: 'full_app', user: 'full_app', port: 3306 },
    });
  });

  it('of a new app, whose suggestions may all be unknown', async () => {
    const server = await seedServer(world, owner);
    const unknown = {
      ...{ installCommand: null, buildCommand: null, documentRoot: null, runtimeVersion: null },
      ...{ containerFile: null, containerService: null, containerPort: null, rootDirectory: null },
      ...{ healthPath: null, port: null },
    };
    const named = { name: 'Unknown', repositoryUrl: 'git@git.example:you/unknown.git', runtime: 'static' };
    const view = await core.createApp(world.ctx, owner, { ...named, ...unknown, primaryServerId: server.id });
    expect(view).toMatchObject({ healthPath: '/', port: expect.any(Number) });
  });

  it('of a new app of containers, and of a changed one', async () => {
    const server = await seedServer(world, owner);
    const input = { containerFile: 'docker/compose.prod.yml', containerService: 'web', containerPort: 3000 };
    const { id } = await core.createApp(world.ctx, owner, {
      ...{ name: 'Boxed', repositoryUrl: 'https://git.example/boxed.git', runtime: 'docker' },
      primaryServerId: server.id,
      ...input,
    });
    expect(await world.ctx.prisma.app.findUnique({ where: { id } })).toMatchObject(input);
    const update = (fields: object) => core.updateApp(world.ctx, owner, { appId: id, ...fields });
    expect(await update({ startCommand: './serve' })).toMatchObject({ ...input, startCommand: './serve' });
    for (const field of ['installCommand', 'buildCommand', 'documentRoot', 'runtimeVersion'])
      expect(await refusal(update({ [field]: '1' }))).toMatchObject({
        details: { errors: [{ path: field, message: expect.stringContaining('leave this out') }] },
      });
    expect(await refusal(update({ containerFile: 'Dockerfile' }))).toMatchObject({
      details: { errors: [{ path: 'containerService' }] },
    });
    const none = { containerFile: null, containerService: null, containerPort: null, startCommand: null };
    expect(await update(none)).toMatchObject(none);
  });

  it('of a reading of a repository', async () => {
    const { inspect } = world.ctx.repositories;
    const asked: Parameters<typeof inspect>[0][] = [];
    const repositories: typeof world.ctx.repositories = {
      ...world.ctx.repositories,
      inspect: async (input) => {
        asked.push(input);
        return inspect(input);
      },
    };
    const read = (input: object) =>
      core.inspectRepository({ ...world.ctx, repositories }, owner, {
        repositoryUrl: 'https://git.example/a.git',
        ...input,
      });
    expect(await read({ branch: 'next', rootDirectory: 'apps/web/' })).toMatchObject({ runtime: 'node' });
    await read({});
    expect(asked).toMatchObject([{ branch: 'next', folder: 'apps/web' }, { folder: null }]);
    expect(asked[0]?.folderSaid('rootDirectory: apps/api\n')).toBe('apps/api');
    expect(asked[0]?.folderSaid('runtime: node\n')).toBeNull();
    expect(await refusal(read({ rootDirectory: '../x' }))).toMatchObject({ code: 'invalid-input' });
  });

  it('of a changed app', async () => {
    const { app } = await seedApp(world, owner);
    const input = {
      name: 'Changed',
      repositoryUrl: 'https://git.example/other.git',
      branch: 'next',
      installCommand: 'a',
      buildCommand: 'b',
      startCommand: 'c',
      releaseCommand: 'm',
      releaseCommandFailure: 'go-on',
      documentRoot: 'd',
      rootDirectory: 'r',
      submodules: true,
      lfs: true,
      sharedFolders: ['public/uploads'],
      buildOn: 'each',
      runtimeVersion: '>=20',
      domains: ['changed.example.com'],
      healthPath: '/e',
      healthIntervalMs: 2_000,
      healthTimeoutMs: 1_000,
      startTimeoutMs: 90_000,
      healthRise: 5,
      healthFall: 6,
      memoryMib: 256,
      cpuPercent: null,
      tasks: 100,
      rolloutDrain: true,
      rolloutBatch: 3,
      rolloutFloor: 0,
      rolloutRise: 1,
      rolloutFailure: 'stop',
    };
    const ofContainers = ['containerFile', 'containerPort', 'containerService'];
    const fields = Object.keys(updateAppBody.shape).filter((field) => !ofContainers.includes(field));
    expect(Object.keys(input).sort()).toEqual(fields.sort());
    for (const field of ofContainers)
      expect(
        await refusal(
          core.updateApp(world.ctx, owner, {
            appId: app.id,
            [field]: field === 'containerPort' ? 80 : 'compose.yml',
          }),
        ),
      ).toMatchObject({ details: { errors: [{ path: field }] } });
    expect(await core.updateApp(world.ctx, owner, { appId: app.id, ...input })).toMatchObject(input);
  });

  it('of a token', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const input = { name: 'ci', scopes: ['read', 'write'], expiresAt };
    expect(await core.createToken(world.ctx, owner, input)).toMatchObject(input);
    expect((await core.listTokens(world.ctx, owner, {})).items[0]).toMatchObject(input);
  });

  it('of a preparation', async () => {
    const server = await seedServer(world, owner);
    const { operation } = await core.prepareServer(world.ctx, owner, {
      serverId: server.id,
      runtimes: ['php', 'node'],
      databases: ['mariadb'],
    });
    const row = await world.ctx.prisma.operation.findUniqueOrThrow({ where: { id: operation.id } });
    expect(row.input).toEqual({ serverId: server.id, runtimes: ['node', 'php'], databases: ['mariadb'] });
  });
});

describe('servers', () => {
  it('name the field that is taken already', async () => {
    const server = await seedServer(world, owner);
    const { name, address } = server;
    const create = (input: object) => refusal(core.createServer(world.ctx, owner, input));
    expect(await create({ name, address: '203.0.113.1' })).toMatchObject({
      code: 'conflict',
      details: { errors: [{ path: 'name' }] },
    });
    expect(await create({ name: 'other', address })).toMatchObject({
      code: 'conflict',
      details: { errors: [{ path: 'address' }] },
    });
    await core.createServer(world.ctx, world.theirs, { name, address });
  });

  it('can not be reached through themselves, or round in circles', async () => {
    const [a, b] = [await seedServer(world, owner), await seedServer(world, owner)];
    const jump = (serverId: string, jumpServerId: string) =>
      core.updateServer(world.ctx, owner, { serverId, jumpServerId });
    expect(await refusal(jump(a.id, a.id))).toMatchObject({ code: 'invalid-input' });
    await jump(a.id, b.id);
    expect(await refusal(jump(b.id, a.id))).toMatchObject({ code: 'invalid-input' });
    expect(await refusal(core.removeServer(world.ctx, owner, { serverId: b.id }))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/reached through/),
    });
  });

  it('forget key and facts when they move, and do not move while an app knows them', async () => {
    const free = await seedServer(world, owner);
    expect(
      await core.updateServer(world.ctx, owner, { serverId: free.id, address: '203.0.113.50' }),
    ).toMatchObject({ status: 'new', hostKeyFingerprint: null, preparedAt: null });
    const { primary } = await seedApp(world, owner);
    expect(
      await refusal(core.updateServer(world.ctx, owner, { serverId: primary.id, address: '203.0.113.51' })),
    ).toMatchObject({ code: 'conflict' });
    expect(await refusal(core.removeServer(world.ctx, owner, { serverId: primary.id }))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/still used by/),
    });
    expect(await core.updateServer(world.ctx, owner, { serverId: primary.id, user: 'debian' })).toMatchObject(
      { status: 'ready' },
    );
  });

  it('pin exactly the key that was shown', async () => {
    const offered = `SHA256:${'o'.repeat(43)}`;
    const server = await seedServer(world, owner, {
      status: 'unconfirmed',
      hostKey: null,
      hostKeyFingerprint: null,
      offeredHostKey: 'ssh-ed25519 OOOO',
      offeredFingerprint: offered,
    });
    const confirm = (fingerprint: string) =>
      core.confirmHostKey(world.ctx, owner, { serverId: server.id, fingerprint });
    expect(await refusal(confirm(`SHA256:${'x'.repeat(43)}`))).toMatchObject({
      code: 'invalid-input',
      details: { errors: [{ path: 'fingerprint' }] },
    });
    const { operation } = await confirm(offered);
    expect(operation.kind).toBe('server.check');
    expect(await world.ctx.prisma.server.findUnique({ where: { id: server.id } })).toMatchObject({
      status: 'checking',
      hostKey: 'ssh-ed25519 OOOO',
      hostKeyFingerprint: offered,
      offeredHostKey: null,
    });
    expect(await refusal(confirm(offered))).toMatchObject({ code: 'conflict' });
  });

  it('give one line that authorises the key, safe to paste twice', async () => {
    const key = await core.readSshKey(world.ctx, world.ours.viewer, {});
    expect(key.authorizeLine).toContain(key.publicKey);
    expect(key.authorizeLine).not.toContain('\n');
    expect((await core.readPrivateKey(world.ctx, owner.organizationId)).reveal()).toContain('PRIVATE KEY');
    expect(JSON.stringify(key)).not.toContain('PRIVATE');
  });
});

describe('apps', () => {
  const base = { repositoryUrl: 'https://git.example/a.git', runtime: 'static' };

  it('take a domain once on this installation, whoever has it', async () => {
    const { app } = await seedApp(world, world.theirs);
    const server = await seedServer(world, owner);
    const create = (domains: string[]) =>
      core.createApp(world.ctx, owner, { ...base, name: 'D', domains, primaryServerId: server.id });
    const error = await refusal(create(['free.example.com', app.domains[0] ?? '']));
    expect(error).toMatchObject({ code: 'conflict', details: { errors: [{ path: 'domains.1' }] } });
    expect(JSON.stringify(error.toPublic())).not.toContain(app.name);
    const race = await Promise.allSettled([create(['raced.example.com']), create(['raced.example.com'])]);
    expect(race.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('get slug, slot and port of their own', async () => {
    const server = await seedServer(world, owner);
    const names = ['Same Name', 'same name', 'SAME-NAME'];
    const views = await Promise.all(
      names.map((name, n) =>
        core.createApp(world.ctx, owner, {
          ...base,
          name,
          domains: [`s${n}.example.com`],
          primaryServerId: server.id,
        }),
      ),
    );
    expect(views.map((view) => view.slug).sort()).toEqual(['same-name', 'same-name-2', 'same-name-3']);
    expect(new Set(views.map((view) => view.port)).size).toBe(3);
    const taken = await refusal(
      core.createApp(world.ctx, owner, {
        ...base,
        name: 'P',
        port: views[0]?.port,
        domains: ['p.example.com'],
        primaryServerId: server.id,
      }),
    );
    expect(taken).toMatchObject({ code: 'conflict', details: { errors: [{ path: 'port' }] } });
  });

  it('are told where the DNS leads their names', async () => {
    const server = await seedServer(world, owner);
    const here = server.ipAddress ?? '';
    const answers: Record<string, core.DomainAddresses> = {
      'here.dns.example.com': { addresses: [here], fault: null },
      'partly.dns.example.com': { addresses: ['198.51.100.9', here], fault: null },
      'cdn.dns.example.com': { addresses: ['198.51.100.9', '2001:DB8::1'], fault: null },
      'gone.dns.example.com': { addresses: [], fault: 'not-found' },
      'mail.dns.example.com': { addresses: [], fault: 'no-address' },
      'slow.dns.example.com': { addresses: [], fault: 'unanswered' },
    };
    const app = await core.createApp(world.ctx, owner, {
      ...base,
      name: 'Named',
      domains: Object.keys(answers),
      primaryServerId: server.id,
    });
    const ctx = {
      ...world.ctx,
      domains: {
        addresses: async (name: string) => answers[name] ?? { addresses: [], fault: 'not-found' as const },
      },
    };
    const view = await core.checkDomains(ctx, owner, { appId: app.id });
    expect(view.balancer).toMatchObject({ id: server.id, addresses: expect.arrayContaining([here]) });
    expect(view.domains.map(({ points }) => points)).toEqual([
      'here',
      'partly',
      'elsewhere',
      'nowhere',
      'nowhere',
      'unknown',
    ]);
    const texts = Object.fromEntries(view.domains.map(({ name, text }) => [name, text]));
    expect(texts['partly.dns.example.com']).toContain('198.51.100.9');
    expect(texts['gone.dns.example.com']).toContain(`Set its A record to ${here}`);
  });

  it('without a domain are one at most on a balancer', async () => {
    const server = await seedServer(world, owner);
    const create = (name: string) =>
      core.createApp(world.ctx, owner, { ...base, name, primaryServerId: server.id });
    expect(await create('First')).toMatchObject({ url: `http://${server.ipAddress}/` });
    expect(await refusal(create('Second'))).toMatchObject({
      code: 'conflict',
      details: { errors: [{ path: 'domains' }] },
    });
  });

  it('take plain http only where the installation says so', async () => {
    const server = await seedServer(world, owner);
    const input = {
      ...base,
      name: 'H',
      repositoryUrl: 'http://198.18.0.1/a.git',
      domains: ['h.example.com'],
      primaryServerId: server.id,
    };
    expect(await refusal(core.createApp(world.ctx, owner, input))).toMatchObject({
      code: 'invalid-input',
      details: { errors: [{ path: 'repositoryUrl' }] },
    });
    await core.createApp({ ...world.ctx, allowPlainHttpRepositories: true }, owner, input);
  });

  it('keep the database’s password encrypted, bound to the row', async () => {
    const [one, two] = [await seedApp(world, owner), await seedApp(world, owner)];
    const password = core.readDatabasePassword(world.ctx, one.app);
    expect(password?.reveal()).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(one.app.databasePasswordCipher).not.toContain(password?.reveal() ?? '');
    expect(() =>
      core.readDatabasePassword(world.ctx, {
        ...one.app,
        databasePasswordCipher: two.app.databasePasswordCipher,
      }),
    ).toThrow(AppError);
    expect(JSON.stringify(await core.readApp(world.ctx, owner, { appId: one.app.id }))).not.toContain(
      password?.reveal(),
    );
  });

  it('change their front by an operation once they serve, and by none before', async () => {
    const fresh = await seedApp(world, owner);
    expect(
      await core.updateApp(world.ctx, owner, { appId: fresh.app.id, domains: ['new1.example.com'] }),
    ).toMatchObject({ activeOperation: null });
    const live = await seedLiveApp(world, owner);
    const view = await core.updateApp(world.ctx, owner, {
      appId: live.app.id,
      domains: ['new2.example.com'],
    });
    expect(view).toMatchObject({
      activeOperation: { kind: 'load-balancer.change', generation: 2 },
      loadBalancer: { generation: 2 },
    });
    expect(world.enqueued.at(-1)).toBe(view.activeOperation?.id);
  });

  it('are removed when their name is typed', async () => {
    const { app } = await seedLiveApp(world, owner);
    const remove = (confirm: string) => core.removeApp(world.ctx, owner, { appId: app.id, confirm });
    expect(await refusal(remove('nope'))).toMatchObject({
      code: 'invalid-input',
      details: { errors: [{ path: 'confirm' }] },
    });
    const { operation } = await remove(app.name);
    expect((await remove(app.name)).operation.id).toBe(operation.id);
    expect(await core.readApp(world.ctx, owner, { appId: app.id })).toMatchObject({ status: 'removing' });
    const fleet = await core.loadFleet(world.ctx.prisma, app.id);
    expect(core.desiredOf(fleet).fronts).toEqual([]);
  });

  it('answer a second deployment that waits with the first, and number them', async () => {
    const { app } = await seedApp(world, owner);
    const one = await core.startDeployment(world.ctx, owner, { appId: app.id });
    const two = await core.startDeployment(world.ctx, owner, { appId: app.id });
    expect(two.operation.id).toBe(one.operation.id);
    const other = await core.startDeployment(world.ctx, owner, { appId: app.id, commit: 'b'.repeat(40) });
    expect(other.operation.id).not.toBe(one.operation.id);
    const { items } = await core.listDeployments(world.ctx, owner, { appId: app.id });
    expect(items.map(({ number, commit, operationId }) => [number, commit, operationId])).toEqual([
      [2, 'b'.repeat(40), other.operation.id],
      [1, null, one.operation.id],
    ]);
    expect(items[0]?.createdBy).toEqual({ id: owner.userId, name: owner.name });
  });
});

describe('environment', () => {
  it('keeps values to itself, encrypted, and gives them to the worker alone', async () => {
    const { app } = await seedApp(world, owner);
    const pem = '-----BEGIN KEY-----\nabc\n-----END KEY-----\n';
    const change = (input: object) => core.changeEnvironment(world.ctx, owner, { appId: app.id, ...input });
    await change({ set: { PEM: pem, TEMPLATE: "{{ lookup('pipe','id') }}", DB_HOST: 'db.example' } });
    const view = await change({ set: { PEM: `${pem}2` }, unset: ['TEMPLATE', 'NEVER'] });
    expect(view.items.map((item) => item.key)).toEqual(['DB_HOST', 'PEM']);
    expect(view.generated).toContainEqual({ key: 'DB_HOST', secret: false, overridden: true });
    expect(view.generated).toContainEqual({ key: 'DB_PASSWORD', secret: true, overridden: false });
    const rows = await world.ctx.prisma.environmentVariable.findMany({ where: { appId: app.id } });
    expect(JSON.stringify(rows)).not.toContain('BEGIN KEY');
    const secrets = await core.readEnvironmentSecrets(world.ctx, app);
    expect(core.revealEnvironment(secrets)).toEqual({ DB_HOST: 'db.example', PEM: `${pem}2` });
    const merged = core.effectiveEnvironment(
      { DB_HOST: '127.0.0.1', DB_PORT: '5432', X: new Secret('y') },
      secrets,
    );
    expect(core.revealEnvironment(merged)).toMatchObject({ DB_HOST: 'db.example', DB_PORT: '5432', X: 'y' });
    const audit = await world.ctx.prisma.auditEntry.findMany({ where: { subjectId: app.id } });
    expect(JSON.stringify(audit)).not.toContain('BEGIN KEY');
  });

  it('refuses the same key set and unset', async () => {
    const { app } = await seedApp(world, owner);
    const error = await refusal(
      core.changeEnvironment(world.ctx, owner, { appId: app.id, set: { A: '1' }, unset: ['A'] }),
    );
    expect(error).toMatchObject({ code: 'invalid-input', details: { errors: [{ path: 'unset.0' }] } });
  });
});

describe('reading', () => {
  it('shows health in bars, the newest checks and the share of good ones', async () => {
    const { app, backend } = await seedBalancedApp(world, owner);
    const now = world.now.value.getTime();
    const check = (minutesAgo: number, healthy: boolean) => ({
      backendId: backend.id,
      at: new Date(now - minutesAgo * 60_000),
      healthy,
      status: healthy ? 200 : null,
      latencyMs: healthy ? 12 : null,
      reason: healthy ? null : 'Connection refused',
    });
    await world.ctx.prisma.healthCheck.createMany({
      data: [check(1, true), check(2, true), check(30, false), check(50, false), check(50.1, true)],
    });
    const health = await core.readHealth(world.ctx, world.ours.viewer, { appId: app.id, hours: 1 });
    const [mine, other] = health.backends;
    expect(health.barMs).toBe(40_000);
    expect(mine?.bars).toHaveLength(90);
    expect(mine?.uptime).toBe(0.6);
    expect(mine?.last[0]).toMatchObject({ healthy: true, status: 200, latencyMs: 12 });
    expect(mine?.bars.filter((bar) => bar.total > 0).map((bar) => bar.state)).toEqual(
      expect.arrayContaining(['unhealthy', 'healthy']),
    );
    expect(mine?.bars.find((bar) => bar.state === 'unhealthy')?.reason).toBe('Connection refused');
    expect(mine?.bars.reduce((sum, bar) => sum + bar.total, 0)).toBe(5);
    expect(other).toMatchObject({ uptime: null });
    expect(new Set(other?.bars.map((bar) => bar.state))).toEqual(new Set(['unknown']));
  });

  it('shows applied configurations and what each changed', async () => {
    const { app, loadBalancer, primary } = await seedLiveApp(world, owner);
    await world.ctx.prisma.appliedConfig.create({
      data: {
        loadBalancerId: loadBalancer.id,
        generation: 4,
        serverId: primary.id,
        sha256: '1'.repeat(64),
        content: '# second\n',
      },
    });
    const { items } = await core.listConfigs(world.ctx, owner, { appId: app.id });
    expect(items.map(({ generation, current }) => [generation, current])).toEqual([
      [4, false],
      [1, true],
    ]);
    const config = await core.readConfig(world.ctx, owner, { appId: app.id, generation: 4 });
    expect(config).toMatchObject({ content: '# second\n', previousGeneration: 1 });
    expect(config.diff).toMatch(/^-upstream .*$/m);
    expect(config.diff).toContain('+# second');
    expect(await refusal(core.readConfig(world.ctx, owner, { appId: app.id, generation: 3 }))).toMatchObject({
      code: 'not-found',
    });
  });

  it('shows the fleet, what failed lately and was not repaired, and what is still to do', async () => {
    const { prisma } = world.ctx;
    const server = await seedServer(world, owner);
    const row = (status: string) => ({
      organizationId: owner.organizationId,
      kind: 'server.check',
      title: status,
      actorName: 'x',
      serverId: server.id,
      status,
    });
    const failed = await prisma.operation.create({ data: row('failed') });
    const overview = () => core.readOverview(world.ctx, world.ours.viewer, {});
    expect((await overview()).failed.map((o) => o.id)).toContain(failed.id);
    await prisma.operation.create({ data: row('succeeded') });
    const after = await overview();
    expect(after.failed.map((o) => o.id)).not.toContain(failed.id);
    expect(after.gettingStarted.every((step) => step.done)).toBe(true);
    expect(after.backends.enabled).toBeGreaterThan(0);
    const fresh = await core.readOverview(
      world.ctx,
      { ...world.theirs, organizationId: core.newId(new Date()) },
      {},
    );
    expect(fresh.gettingStarted.some((step) => step.done)).toBe(false);
  });

  it('says what one may do', async () => {
    const viewer = await core.readMe(world.ctx, { ...world.ours.viewer, scopes: ['read'] }, {});
    expect(viewer.can).toContain('app.read');
    expect(viewer.can).not.toContain('token.create');
    expect((await core.readMe(world.ctx, owner, {})).can).toHaveLength(Object.keys(core.actions).length);
  });
});

describe('tokens', () => {
  it('stand for their user with today’s role, until revoked or expired', async () => {
    const { deployer } = world.ours;
    const { secret, id } = await core.createToken(world.ctx, deployer, { name: 'ci', scopes: ['read'] });
    expect(secret).toMatch(/^fl_[A-Za-z0-9_-]{43}$/);
    expect(JSON.stringify(await world.ctx.prisma.apiToken.findUnique({ where: { id } }))).not.toContain(
      secret,
    );
    expect(await core.actorOfToken(world.ctx, secret)).toEqual({ ...deployer, scopes: ['read'] });
    await world.ctx.prisma.member.updateMany({
      where: { userId: deployer.userId },
      data: { role: 'viewer' },
    });
    expect(await core.actorOfToken(world.ctx, secret)).toMatchObject({ role: 'viewer' });
    await world.ctx.prisma.member.updateMany({
      where: { userId: deployer.userId },
      data: { role: 'deployer' },
    });
    expect(await refusal(core.revokeToken(world.ctx, world.ours.admin, { tokenId: id }))).toMatchObject({
      code: 'not-found',
    });
    await core.revokeToken(world.ctx, deployer, { tokenId: id });
    expect(await core.actorOfToken(world.ctx, secret)).toBeNull();
    for (const wrong of ['', 'fl_', 'fl_x', secret.slice(3), `${secret}x`])
      expect(await core.actorOfToken(world.ctx, wrong)).toBeNull();
  });

  it('expire, and give no more than their maker had', async () => {
    const expiresAt = new Date(world.now.value.getTime() + 60_000).toISOString();
    const { secret } = await core.createToken(world.ctx, owner, {
      name: 'short',
      scopes: ['write'],
      expiresAt,
    });
    expect(await core.actorOfToken(world.ctx, secret)).not.toBeNull();
    const afterwards = { ...world.ctx, clock: () => new Date(Date.parse(expiresAt)) };
    expect(await core.actorOfToken(afterwards, secret)).toBeNull();
    const more = core.createToken(
      world.ctx,
      { ...owner, scopes: ['write'] },
      { name: 'x', scopes: ['read'] },
    );
    expect(await refusal(more)).toMatchObject({ code: 'forbidden' });
  });
});

describe('setup', () => {
  const input = {
    name: 'Ada',
    email: 'Ada@Example.com',
    password: 'long enough!',
    organization: 'Acme & Søns',
  };

  it('lets in the first owner with the token, once, and can be repeated after a half failure', async () => {
    const fresh = await createWorld();
    try {
      const { ctx } = fresh;
      expect(await core.readSetupStatus(ctx)).toEqual({ open: true });
      expect(await refusal(core.claimSetup(ctx, { ...input, token: 'x' }))).toMatchObject({
        code: 'setup-closed',
      });
      const token = (await core.ensureSetupToken(ctx))?.token ?? '';
      expect(JSON.stringify(await ctx.prisma.installation.findMany())).not.toContain(token);
      expect(await refusal(core.claimSetup(ctx, { ...input, token: `${token}x` }))).toMatchObject({
        code: 'invalid-input',
        details: { errors: [{ path: 'token' }] },
      });
      const broken = { ...ctx, generateKeyPair: () => Promise.reject(new Error('no entropy')) };
      await expect(core.claimSetup(broken, { ...input, token })).rejects.toThrow('no entropy');
      expect(await core.readSetupStatus(ctx)).toEqual({ open: true });
      const { userId, organizationId } = await core.claimSetup(ctx, { ...input, token });
      expect(await core.readSetupStatus(ctx)).toEqual({ open: false });
      expect(await core.actorOfUser(ctx, userId)).toMatchObject({
        organizationId,
        role: 'owner',
        name: 'Ada',
      });
      expect(await ctx.prisma.user.count({ where: { email: 'ada@example.com' } })).toBe(1);
      expect((await core.readPrivateKey(ctx, organizationId)).reveal()).toContain('PRIVATE KEY');
      expect(await refusal(core.claimSetup(ctx, { ...input, token }))).toMatchObject({
        code: 'setup-closed',
      });
      expect(await core.ensureSetupToken(ctx)).toBeNull();
    } finally {
      await fresh.close();
    }
  });

  it('lets one of two in at once', async () => {
    const fresh = await createWorld();
    try {
      const token = (await core.ensureSetupToken(fresh.ctx, 'a token of the operator'))?.token;
      const claim = (email: string) =>
        core.claimSetup(fresh.ctx, { ...input, email, token, organization: email });
      const results = await Promise.allSettled([claim('a@example.com'), claim('b@example.com')]);
      expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await fresh.ctx.prisma.organization.count({ where: { slug: { contains: 'example' } } })).toBe(1);
    } finally {
      await fresh.close();
    }
  });
});
