import {
  cancelOperation,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  type OperationView,
  removeBackend,
  rotateDatabasePassword,
  startDeployment,
  type UseCase,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import type { GitServer, Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  closelyMs,
  startTestControlPlane,
  type TestControlPlane,
  until,
} from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { startTraffic, type Traffic } from '../../testing/traffic.ts';
import { type SpawnedWorker, spawnWorker } from '../../testing/worker-process.ts';

const domain = 'notes.example.com';
let plane: TestControlPlane;
let worker: SpawnedWorker;
let lab: Lab;
let git: GitServer;
let servers: Server[];
let appId: string;
let traffic: Traffic;

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(32, ['one', 'two', 'three']);
  git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await spawnWorker(plane.env);
  servers = await prepareFleet(plane, lab.machines, ['postgresql']);
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Notes',
    repositoryUrl: git.repo('node-notes').url,
    runtime: 'node',
    installCommand: 'npm ci --omit=dev',
    startCommand: 'node server.js',
    domains: [domain],
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    primaryServerId: servers[0]?.id,
    databaseEngine: 'postgresql',
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  traffic = startTraffic({
    address: lab.machine('one').address,
    host: domain,
    path: '/whoami',
    postPath: '/notes',
  });
});
afterAll(async () => {
  await traffic?.stop();
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

/** Every boundary takes minutes (each time the next worker first has to notice): asked for by hand. Otherwise those at which most is half done. */
const everywhere = process.env.FAIRLEAD_TEST_KILLS === 'every';

/**
 * Asks for something, and kills the worker each time a step of one of these kinds begins for the first time. Answers the kinds of steps at which it died.
 */
async function surviveKills(
  useCase: UseCase<unknown, { operation: OperationView }>,
  input: unknown,
  boundaries: readonly string[],
): Promise<{ kills: string[]; operation: OperationView }> {
  const { prisma } = plane.database;
  const { operation } = await useCase(plane.ctx, plane.actor, input);
  const kills: string[] = [];
  for (;;) {
    const begun = await until(
      'the next step',
      async () => {
        const { status } = await prisma.operation.findUniqueOrThrow({ where: { id: operation.id } });
        if (status !== 'queued' && status !== 'running') return 'ended';
        const steps = await prisma.step.findMany({
          where: { operationId: operation.id, startedAt: { not: null } },
          orderBy: [{ startedAt: 'asc' }, { position: 'asc' }],
        });
        const begunKinds = steps.map(({ key }) => kindOf(key));
        return begunKinds.find((kind) => !kills.includes(kind) && (everywhere || boundaries.includes(kind)));
      },
      120_000,
      closelyMs,
    );
    if (begun === 'ended') return { kills, operation: await plane.ended(operation.id) };
    await worker.kill();
    kills.push(begun);
    worker = await spawnWorker(plane.env);
  }
}

const kindOf = (key: string) => key.split(':')[0] ?? key;
const count = async (name: string, line: string) => Number(await lab.machine(name).run(`${line} | wc -l`));

const asPostgres = async (sql: string) =>
  (await lab.machine('one').run(`runuser -u postgres -- psql -XAtc "${sql}"`)).trim();
/** What a backend's processes sign in by. */
const databaseUrl = async (name: string) =>
  (await lab.machine(name).run('sed -n "s/^DATABASE_URL=//p" /etc/fairlead/apps/notes.env'))
    .trim()
    .replace(/^"|"$/g, '');
/** Whether it opens the database from a machine; libpq has another word for what Node.js’s driver is told. */
const opens = async (name: string, url: string) =>
  (
    await lab.machine(name).exec(['psql', '-XAtc', 'SELECT 1', url.replace('no-verify', 'require')], {
      env: { PGCONNECT_TIMEOUT: '5' },
    })
  ).code === 0;

test('enabling is finished by the next worker, wherever the last one died', async () => {
  const others = servers.slice(1).map(({ id }) => id);
  const boundaries = ['database', 'release', 'apply'];
  const { kills, operation } = await surviveKills(
    enableLoadBalancer,
    { appId, serverIds: others, acknowledged: checklistKeys },
    boundaries,
  );
  expect(operation).toMatchObject({ status: 'succeeded', error: null });
  expect(kills).toEqual(expect.arrayContaining(boundaries));
  // Nothing was done twice.
  for (const name of ['one', 'two', 'three']) {
    expect(await count(name, 'ls /srv/fairlead/notes/releases')).toBe(1);
    expect(
      await count(name, 'systemctl list-units --plain --no-legend --state=running "fairlead-notes@*"'),
    ).toBe(1);
  }
  expect(await count('one', 'grep -h scram-sha-256 /etc/postgresql/*/main/pg_hba.conf | grep notes')).toBe(2);
  const configs = await plane.database.prisma.appliedConfig.findMany({ orderBy: { generation: 'asc' } });
  expect(configs.map(({ generation }) => generation)).toEqual([1, operation.generation]);
});

test('whoever comes by the network encrypts, and has to', async () => {
  const [, second, third] = lab.machines;
  const sessions = `SELECT client_addr, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'notes'`;
  const seen = () =>
    asPostgres(
      `SELECT string_agg(DISTINCT host(client_addr) || ' ' || ssl, ',' ORDER BY host(client_addr) || ' ' || ssl) FROM (${sessions}) s WHERE client_addr <> '127.0.0.1'`,
    );
  const addresses = [second?.address, third?.address].toSorted();
  await expect.poll(seen, { timeout: 20_000 }).toBe(addresses.map((address) => `${address} true`).join(','));
  const url = await databaseUrl('two');
  expect(await opens('two', url)).toBe(true);
  expect(await opens('two', url.replace(/sslmode=[a-z-]+/, 'sslmode=disable'))).toBe(false);
});

test('a deployment is finished, too', async () => {
  const commit = await git.repo('node-notes').commit({ VERSION: 'second\n' }, 'Second');
  const boundaries = ['build', 'switch', 'prune'];
  const { kills, operation } = await surviveKills(startDeployment, { appId }, boundaries);
  expect(operation).toMatchObject({ status: 'succeeded', error: null });
  expect(kills).toEqual(expect.arrayContaining(boundaries));
  for (const name of ['one', 'two', 'three']) {
    expect(await count(name, 'ls /srv/fairlead/notes/releases')).toBe(2);
    expect(
      await count(name, 'systemctl list-units --plain --no-legend --state=running "fairlead-notes@*"'),
    ).toBe(1);
  }
  const live = await plane.database.prisma.release.findMany({ where: { status: 'live' } });
  expect(live.map((release) => release.commit)).toEqual([commit, commit, commit]);
});

test('cancelled while its worker is dead, what had switched goes back, though what served before had ended', async () => {
  const { prisma } = plane.database;
  const served = async () =>
    (await prisma.backend.findMany({ where: { appId }, orderBy: { id: 'asc' } })).map(
      ({ releaseId, colour }) => ({ releaseId, colour }),
    );
  const before = await served();
  await git.repo('node-notes').commit({ VERSION: 'third\n' }, 'Third');
  const { operation } = await startDeployment(plane.ctx, plane.actor, { appId });
  await until(
    'the second batch',
    async () =>
      (await prisma.step.count({
        where: { operationId: operation.id, key: 'batch:2', startedAt: { not: null } },
      })) === 1,
    120_000,
    closelyMs,
  );
  await worker.kill();
  expect(await served()).not.toEqual(before);
  const ended = before[0]?.colour;
  await lab.machine('one').run(`systemctl stop fairlead-notes@${ended}`);
  await cancelOperation(plane.ctx, plane.actor, { operationId: operation.id });
  worker = await spawnWorker(plane.env);
  expect(await plane.ended(operation.id)).toMatchObject({ status: 'cancelled' });
  expect(await served()).toEqual(before);
  for (const name of ['one', 'two', 'three']) {
    expect(
      await count(name, 'systemctl list-units --plain --no-legend --state=running "fairlead-notes@*"'),
    ).toBe(1);
  }
});

test('so is another password of the database, which opens nothing before and after its time', async () => {
  const before = await databaseUrl('two');
  expect(await opens('two', before)).toBe(true);
  const boundaries = ['database', 'switch', 'forget-password'];
  const { kills, operation } = await surviveKills(rotateDatabasePassword, { appId }, boundaries);
  expect(operation).toMatchObject({ status: 'succeeded', error: null });
  expect(kills).toEqual(expect.arrayContaining(boundaries));
  for (const name of ['one', 'two', 'three']) {
    const after = await databaseUrl(name);
    expect(after.replace(/@.*/, '')).not.toBe(before.replace(/@.*/, ''));
    expect([await opens(name, after), await opens(name, before)]).toEqual([true, false]);
    expect(
      await count(name, 'systemctl list-units --plain --no-legend --state=running "fairlead-notes@*"'),
    ).toBe(1);
  }
  // No account is left that signs in but the new one, no line but its own, and no old password in Fairlead's own database.
  expect(
    await asPostgres(
      "SELECT string_agg(rolname, ',') FROM pg_roles WHERE rolcanlogin AND rolname LIKE 'notes%'",
    ),
  ).toBe('notes__b');
  expect(await count('one', 'grep -h scram-sha-256 /etc/postgresql/*/main/pg_hba.conf | grep notes')).toBe(2);
  expect(await asPostgres("SELECT count(*) FROM pg_stat_activity WHERE usename = 'notes'")).toBe('0');
  const app = await plane.database.prisma.app.findUniqueOrThrow({ where: { id: appId } });
  expect(app).toMatchObject({ databaseFormerPasswordCipher: null, databaseTurn: 1, status: 'live' });
  const secret = new URL(await databaseUrl('one')).password;
  const logged = await plane.database.prisma.logLine.findMany({ select: { text: true } });
  expect(logged.length).toBeGreaterThan(10);
  expect(
    logged.filter(({ text }) => text.includes(secret) || text.includes(new URL(before).password)),
  ).toEqual([]);
});

test('so is a removal', async () => {
  const backend = await plane.database.prisma.backend.findFirstOrThrow({
    where: { appId, serverId: servers[2]?.id },
  });
  const boundaries = ['apply', 'retire'];
  const { kills, operation } = await surviveKills(
    removeBackend,
    { appId, backendId: backend.id },
    boundaries,
  );
  expect(operation).toMatchObject({ status: 'succeeded', error: null });
  expect(kills).toEqual(expect.arrayContaining(boundaries));
  expect(await count('three', 'ls /srv/fairlead /etc/nginx/fairlead/http | grep notes')).toBe(0);
  expect(await count('one', 'grep -h scram-sha-256 /etc/postgresql/*/main/pg_hba.conf | grep notes')).toBe(1);
});

test('and no visitor noticed', async () => {
  const report = await traffic.stop();
  console.log(JSON.stringify({ ...report, failures: report.failures.slice(0, 10) }));
  expect(report.failures).toEqual([]);
  expect(report.requests).toBeGreaterThan(1_000);
});

test('a worker that is told to stop does so in order', async () => {
  expect(await worker.stop()).toBe(0);
  const held = await plane.database.prisma.lease.findMany({ where: { expiresAt: { gt: new Date() } } });
  expect(held).toEqual([]);
});
