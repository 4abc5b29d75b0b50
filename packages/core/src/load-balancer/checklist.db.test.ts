import { AppError } from '@fairlead/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor, Context, TreeRequest } from '../context.ts';
import * as core from '../index.ts';
import { createWorld, finishOperations, seedLiveApp, seedServer, type World } from '../testing/index.ts';

let world: World;
let owner: Actor;
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());

const commit = 'b'.repeat(40);
const asked: TreeRequest[] = [];

/** The world's context, with a repository of these files. */
function withFiles(files: Record<string, string>, addresses: string[] = []): Context {
  const list = Object.entries(files).map(([path, text]) => ({ path, text }));
  return {
    ...world.ctx,
    domains: {
      addresses: async () =>
        addresses.length === 0 ? { addresses: [], fault: 'not-found' } : { addresses, fault: null },
    },
    repositories: {
      ...world.ctx.repositories,
      readTree: async (request) => {
        asked.push(request);
        return { commit, paths: Object.keys(files), files: list, unread: [] };
      },
    },
  };
}

const laravel = {
  artisan: '',
  'composer.json': '{"require":{"laravel/framework":"^12.0"}}',
  'config/session.php': "<?php\nreturn [\n  'driver' => env('SESSION_DRIVER', 'file'),\n];",
};
const read = async (ctx: Context, appId: string, actor = owner) => {
  const view = await core.readChecklist(ctx, actor, { appId });
  return { ...view, of: (key: string) => view.items.find((item) => item.key === key) ?? expect.fail(key) };
};

describe('the checklist', () => {
  it('names the place of what it found, the fix of the framework, and the commit', async () => {
    const { app } = await seedLiveApp(world, owner, {
      runtime: 'php',
      startCommand: null,
      documentRoot: 'public',
    });
    const view = await read(withFiles(laravel), app.id);
    expect(view.scan).toMatchObject({ commit, framework: 'laravel', files: 3, fault: null });
    expect(view.of('sessions')).toMatchObject({
      status: 'problem',
      needsAcknowledgement: true,
      acknowledged: false,
      evidence: [{ path: 'config/session.php', line: 3 }],
      fixes: [{ code: 'SESSION_DRIVER=database' }, { title: 'Until then' }],
    });
    expect(view.of('uploads')).toMatchObject({ status: 'ok', needsAcknowledgement: false, fixes: [] });
    expect(view.items.map(({ key }) => key)).toEqual(core.checklistKeys);
    expect(asked.at(-1)).toMatchObject({ repositoryUrl: app.repositoryUrl, branch: 'main' });
  });

  it('goes by the environment, with the database that Fairlead writes into it, and answers no value of it', async () => {
    const { app } = await seedLiveApp(world, owner, {
      runtime: 'php',
      startCommand: null,
      documentRoot: 'public',
    });
    const set = {
      SESSION_DRIVER: 'database',
      APP_KEY: 'base64:do-not-tell-anybody',
      CACHE_STORE: 'dynamodb',
    };
    await core.changeEnvironment(world.ctx, owner, { appId: app.id, set });
    const view = await read(withFiles(laravel), app.id);
    expect(view.of('sessions')).toMatchObject({ status: 'ok', evidence: [{ variable: 'SESSION_DRIVER' }] });
    expect(view.of('secrets')).toMatchObject({
      status: 'ok',
      evidence: [{ variable: 'APP_KEY', path: null }],
    });
    // DB_CONNECTION is generated; without it this version would keep SQLite files.
    expect(view.of('local-state').status).toBe('ok');
    expect(JSON.stringify(view)).not.toMatch(/do-not-tell-anybody|dynamodb/);
  });

  it('counts connections against what the server said', async () => {
    const { app, primary } = await seedLiveApp(world, owner);
    const pool = {
      'package.json': '{"scripts":{"start":"x"}}',
      'a.mjs': "import pg from 'pg';\nnew pg.Pool({ max: 30 });",
    };
    expect((await read(withFiles(pool), app.id)).of('database-connections').status).toBe('unknown');
    await world.ctx.prisma.server.update({ where: { id: primary.id }, data: { facts: facts(100) } });
    expect((await read(withFiles(pool), app.id)).of('database-connections')).toMatchObject({
      status: 'ok',
      text: expect.stringContaining('PostgreSQL allows 100'),
    });
    await world.ctx.prisma.server.update({ where: { id: primary.id }, data: { facts: facts(99) } });
    expect((await read(withFiles(pool), app.id)).of('database-connections').status).toBe('problem');
  });

  it('asks the DNS', async () => {
    const { app, primary } = await seedLiveApp(world, owner);
    expect((await read(withFiles({}), app.id)).of('dns').status).toBe('problem');
    const here = withFiles({}, [primary.ipAddress ?? '']);
    expect((await read(here, app.id)).of('dns')).toMatchObject({ status: 'ok', evidence: [{ path: null }] });
  });

  it('says why a repository can’t be read, and asks for every point of it as before', async () => {
    const { app } = await seedLiveApp(world, owner);
    const message = 'git.example did not answer in time.';
    const away: Context = {
      ...world.ctx,
      repositories: {
        ...world.ctx.repositories,
        readTree: () => Promise.reject(new AppError('repository-unreachable', message)),
      },
    };
    const view = await read(away, app.id);
    expect(view.scan).toMatchObject({ commit: null, fault: message });
    expect(view.items.every((item) => item.needsAcknowledgement && item.fixes.length >= 0)).toBe(true);
    expect(view.of('uploads').fixes).toMatchObject([{ title: 'Node.js' }]);
    const broken: Context = {
      ...away,
      repositories: { ...away.repositories, readTree: () => Promise.reject(new Error('a fault of ours')) },
    };
    await expect(read(broken, app.id)).rejects.toThrow('a fault of ours');
  });
});

describe('enabling', () => {
  const enable = (ctx: Context, appId: string, serverId: string, acknowledged: string[]) =>
    core.enableLoadBalancer(ctx, owner, {
      appId,
      serverIds: [serverId],
      acknowledged,
      idempotencyKey: `enable-${appId}`,
    });

  it('asks for what is not in order alone, by the answer of that moment', async () => {
    const { app, primary } = await seedLiveApp(world, owner);
    const server = await seedServer(world, owner);
    const memory = {
      'package.json': '{"dependencies":{"express":"*"}}',
      'a.js': "import session from 'express-session';\nsession({ secret: 'x' });",
    };
    const ctx = withFiles(memory, [primary.ipAddress ?? '']);
    const open = (await read(ctx, app.id)).items
      .filter((item) => item.needsAcknowledgement)
      .map(({ key }) => key);
    expect(open).toContain('sessions');
    expect(open).not.toContain('uploads');
    await expect(
      enable(
        ctx,
        app.id,
        server.id,
        open.filter((key) => key !== 'sessions'),
      ),
    ).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/sessions live in the database/),
      details: { errors: [{ path: 'acknowledged' }] },
    });
    // What was in order when it was looked at is not any more.
    const now = withFiles({ ...memory, 'b.js': "import cron from 'node-cron';" }, [primary.ipAddress ?? '']);
    await expect(enable(now, app.id, server.id, open)).rejects.toMatchObject({
      message: expect.stringMatching(/background jobs share one queue/),
    });
    const { operation } = await enable(ctx, app.id, server.id, open);
    const balancer = await world.ctx.prisma.loadBalancer.findUniqueOrThrow({ where: { appId: app.id } });
    expect([...balancer.acknowledgedChecks].sort()).toEqual([...open].sort());
    expect((await enable(ctx, app.id, server.id, open)).operation.id).toBe(operation.id);
    await finishOperations(world, app.id);
  });

  it('with every point acknowledged does not ask the repository at all', async () => {
    const { app } = await seedLiveApp(world, owner);
    const server = await seedServer(world, owner);
    const count = asked.length;
    await enable(withFiles({}), app.id, server.id, core.checklistKeys);
    expect(asked).toHaveLength(count);
  });
});

function facts(maxConnections: number) {
  return {
    hostVersion: '1',
    hostname: 'a',
    os: { id: 'debian', versionId: '12', codename: 'bookworm', prettyName: 'Debian 12' },
    kernel: '6',
    architecture: 'x86_64',
    cores: 1,
    memoryBytes: 1,
    diskTotalBytes: 1,
    diskFreeBytes: 1,
    uptimeSeconds: 1,
    addresses: [],
    nginx: null,
    postgresql: { version: '15', maxConnections },
    mariadb: null,
    node: null,
    php: null,
    firewall: 'ufw' as const,
  };
}
