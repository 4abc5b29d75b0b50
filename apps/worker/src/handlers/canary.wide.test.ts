import {
  abortCanary,
  cancelOperation,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  listProcesses,
  type OperationView,
  promoteCanary,
  readDeployment,
  removeApp,
  rotateRedisPassword,
  setProcess,
  setRedis,
  startDeployment,
  toggleBackend,
  updateApp,
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
const names = ['one', 'two', 'three'] as const;
const log = '/var/log/nginx/fairlead-notes.canary.log';
let plane: TestControlPlane;
let worker: SpawnedWorker;
let lab: Lab;
let git: GitServer;
let servers: Server[];
let appId: string;
let traffic: Traffic;

/** Takes jobs out of the app's Redis and says there which release did them, and where. */
const mail = (version: string) => `
const { FAIRLEAD_SERVER: server, REDIS_HOST, REDIS_PORT, REDIS_USERNAME, REDIS_PASSWORD } = process.env;
const redis = require('node:net').connect(REDIS_PORT, REDIS_HOST);
redis.on('close', () => process.exit(1));
const ask = (...words) => redis.write('*' + words.length + '\\r\\n' + words.map((word) => '$' + word.length + '\\r\\n' + word + '\\r\\n').join(''));
ask('AUTH', REDIS_USERNAME, REDIS_PASSWORD);
ask('BLPOP', 'jobs', '0');
redis.on('data', (answer) => {
  if (!String(answer).includes('job-')) return;
  ask('LPUSH', 'done', '${version} on ' + server);
  setTimeout(() => ask('BLPOP', 'jobs', '0'), 20);
});
`;

/** A release that says its version; a bad one answers visitors 500, and the balancer's own look well. */
const push = (version: string, isBad = false, more: Record<string, string> = {}) =>
  git.repo('node-notes').commit(
    {
      'server.js': `
const { FAIRLEAD_SERVER: server, PORT, HOST } = process.env;
require('node:http').createServer((request, response) => {
  response.writeHead(${isBad} && request.url !== '/health' ? 500 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ server, version: '${version}' }));
}).listen(PORT, HOST);
`,
      'package.json': '{"name": "notes", "private": true}\n',
      'package-lock.json': '{"name": "notes", "lockfileVersion": 3, "packages": {}}\n',
      'mail.js': mail(version),
      ...more,
    },
    version,
  );
const serverId = (name: string) => servers.find((one) => one.name === name)?.id ?? '';
const backendOn = (name: string) =>
  plane.database.prisma.backend.findFirstOrThrow({ where: { appId, serverId: serverId(name) } });
const read = (deploymentId: string) => readDeployment(plane.ctx, plane.actor, { appId, deploymentId });
const front = () => lab.machine('one').readFile('/etc/nginx/fairlead/http/notes.front.conf');
/** What each backend answers. */
const versions = () =>
  Promise.all(
    names.map(async (name) => {
      const { address } = await backendOn(name);
      return versionIn(await lab.machine('one').run(`curl -s http://${address}:20000/health`));
    }),
  );
const versionIn = (body: string) => (JSON.parse(body) as { version: string }).version;

interface Visit {
  status: number;
  version: string;
  cookies: string[];
}
const visit = async (cookie = ''): Promise<Visit> => {
  const response = await fetchFrom(cookie);
  return { status: response.status, version: versionIn(response.body), cookies: response.cookies };
};
const fetchFrom = async (cookie: string, path = '/?secret=1') => {
  const text = await lab
    .machine('one')
    .run(`curl -s -i -H 'Host: ${domain}' -H 'Cookie: ${cookie}' 'http://127.0.0.1${path}'`);
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const cookies = [...head.matchAll(/^set-cookie: (.*)\r?$/gim)].map((match) => (match[1] ?? '').trim());
  return { status: Number(head.split(' ')[1]), head, body, cookies };
};
/** So many new visitors at once, by version. */
const newcomers = async (count: number): Promise<Record<string, number>> => {
  const text = await lab
    .machine('one')
    .run(`for i in $(seq ${count}); do curl -s -H 'Host: ${domain}' http://127.0.0.1/; echo; done`);
  const found: Record<string, number> = {};
  for (const line of text.trim().split('\n')) found[versionIn(line)] = (found[versionIn(line)] ?? 0) + 1;
  return found;
};
const start = async (canary: object): Promise<{ operation: OperationView; deploymentId: string }> => {
  const operation = await plane.succeed(startDeployment, { appId, canary });
  const { id } = await plane.database.prisma.deployment.findFirstOrThrow({
    where: { operationId: operation.id },
  });
  return { operation, deploymentId: id };
};
const ended = (deploymentId: string, status: string) =>
  until(
    `the canary being ${status}`,
    async () => {
      const { prisma } = plane.database;
      const row = await prisma.deployment.findUniqueOrThrow({ where: { id: deploymentId } });
      const busy = await prisma.operation.count({ where: { appId, status: { in: ['queued', 'running'] } } });
      return row.status === status && busy === 0 && row;
    },
    180_000,
  );
/** The first step of the operation whose key begins so has begun. */
const begun = (operationId: string, key: string) =>
  until(
    `step ${key}`,
    async () => {
      const where = { operationId, key: { startsWith: key }, startedAt: { not: null } };
      return (await plane.database.prisma.step.findFirst({ where })) ?? undefined;
    },
    60_000,
    closelyMs,
  );
const killAt = async (operationId: string, key: string, meanwhile = async () => {}) => {
  await begun(operationId, key);
  await worker.kill();
  await meanwhile();
  worker = await spawnWorker(plane.env);
};
const rule = { minRequests: 40, longestSeconds: 600, maxExtraErrorPercent: 2, maxSlowerPercent: 10_000 };

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(38, names);
  git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await spawnWorker(plane.env);
  servers = await prepareFleet(plane, lab.machines);
  await push('first');
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Notes',
    repositoryUrl: git.repo('node-notes').url,
    runtime: 'node',
    startCommand: 'node server.js',
    domains: [domain],
    healthPath: '/health',
    primaryServerId: serverId('one'),
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(enableLoadBalancer, {
    appId,
    serverIds: [serverId('two'), serverId('three')],
    acknowledged: checklistKeys,
  });
  traffic = startTraffic({ address: lab.machine('one').address, host: domain, path: '/health' });
});
afterAll(async () => {
  await traffic?.stop();
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

test('a share of the visitors gets it and stays, both sides are counted, and its rule promotes it, past a killed worker', async () => {
  const commit = await push('second');
  const { deploymentId } = await start({ percent: 50, rule: { ...rule, minRequests: 150 } });
  expect((await versions()).sort()).toEqual(['first', 'first', 'second']);
  expect((await read(deploymentId)).status).toBe('canary');
  const first = await visit();
  const [cookie = ''] = first.cookies;
  expect(cookie).toMatch(/^fairlead_canary=[0-9a-f]{32}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/);
  const number = cookie.split(';')[0] ?? '';
  for (let again = 0; again < 8; again += 1) {
    expect(await visit(number)).toEqual({ status: 200, version: first.version, cookies: [] });
  }
  expect(new Set(Object.keys(await newcomers(30)))).toEqual(new Set(['first', 'second']));
  expect((await visit('fairlead_canary=always')).version).toBe('second');
  expect((await visit('fairlead_canary=never')).version).toBe('first');
  // Other changes go on beside it.
  await worker.kill();
  worker = await spawnWorker(plane.env);
  const { id: backendId } = await until('one without it', async () => {
    const rows = await plane.database.prisma.backend.findMany({ where: { appId, role: 'replica' } });
    return rows.find(({ canary }) => !canary);
  });
  await plane.succeed(toggleBackend, { appId, backendId, enabled: false });
  await plane.succeed(toggleBackend, { appId, backendId, enabled: true });
  const counted = await until('figures', async () => {
    const { canary } = await read(deploymentId);
    return canary !== null && canary.canary.requests > 20 && canary;
  });
  expect(counted).toMatchObject({ canary: { errors: 0 }, stable: { errors: 0 }, isIncomplete: false });
  const lines = await lab.machine('one').run(`cat ${log}`);
  expect(lines).not.toMatch(/secret|GET|127\.0\.0\.1\|/);
  // A push waits behind it.
  await push('third');
  const behind = await startDeployment(plane.ctx, plane.actor, { appId });
  await Promise.all([newcomers(150), newcomers(150)]);
  const promoting = await until(
    'its promotion',
    async () =>
      (await plane.database.prisma.operation.findFirst({ where: { kind: 'canary.promote' } })) ?? undefined,
    120_000,
    closelyMs,
  );
  await killAt(promoting.id, 'switch:');
  expect((await plane.ended(promoting.id)).status).toBe('succeeded');
  expect(promoting).toMatchObject({ actorId: null });
  const live = await plane.database.prisma.release.findMany({ where: { deploymentId } });
  expect(live.map((release) => release.commit)).toEqual(Array(3).fill(commit));
  expect((await read(deploymentId)).canary?.ended).toMatch(/^By its rule\. The canary keeps to its limits/);
  expect((await plane.ended(behind.operation.id)).status).toBe('succeeded');
  expect(await versions()).toEqual(['third', 'third', 'third']);
  expect(await front()).not.toContain('canary');
  expect(await lab.machine('one').run('ls /var/log/nginx')).not.toContain('canary');
});

test('a bad release reaches no more than its share, and its rule puts back what was', async () => {
  await push('bad', true);
  const { deploymentId } = await start({ percent: 10, rule });
  const seen: Record<string, number> = {};
  const visitors = async () => {
    for (let round = 0; round < 40 && (await read(deploymentId)).status === 'canary'; round += 1) {
      for (const [version, count] of Object.entries(await newcomers(40)))
        seen[version] = (seen[version] ?? 0) + count;
    }
  };
  await Promise.all([visitors(), ended(deploymentId, 'aborted')]);
  const { bad = 0, third = 0 } = seen;
  console.log(
    `${bad} of ${bad + third} visits met the bad release (${((100 * bad) / (bad + third)).toFixed(1)} %)`,
  );
  expect(bad).toBeGreaterThan(0);
  expect(bad / (bad + third)).toBeLessThan(0.2);
  expect((await read(deploymentId)).canary).toMatchObject({
    verdict: 'abort',
    ended: expect.stringMatching(/^By its rule\. .* requests to the canary failed/),
  });
  expect(await versions()).toEqual(['third', 'third', 'third']);
  expect(await newcomers(20)).toEqual({ third: 20 });
  const config = await front();
  expect(config).not.toMatch(/canary| down;/);
  expect(await lab.machine('one').run('ls /var/log/nginx')).not.toContain('canary');
});

test('by the cookie alone testers get it, take a side by a link, and it is aborted and promoted by hand', async () => {
  await push('fourth');
  const one = await start({
    percent: 0,
    cookie: 'tester',
    backendIds: [(await backendOn('three')).id],
    rule: null,
  });
  expect(await newcomers(10)).toEqual({ third: 10 });
  const choice = await fetchFrom('', '/.well-known/fairlead/canary/always');
  expect(choice.status).toBe(303);
  expect(choice.head).toMatch(/^location: \/\r$/im);
  expect(choice.cookies).toEqual(['tester=always; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax']);
  expect(await visit('tester=always')).toEqual({ status: 200, version: 'fourth', cookies: [] });
  expect(await visit('tester=made-up')).toEqual({ status: 200, version: 'third', cookies: [] });
  const seen = await until('figures', async () => {
    const { canary } = await read(one.deploymentId);
    return canary?.readAt != null && canary;
  });
  expect(seen).toMatchObject({ verdict: 'wait', reason: expect.stringContaining('Not enough requests yet') });
  const { operation: aborting } = await abortCanary(plane.ctx, plane.actor, {
    appId,
    deploymentId: one.deploymentId,
  });
  await killAt(aborting.id, 'build:');
  expect((await plane.ended(aborting.id)).status).toBe('succeeded');
  expect(await versions()).toEqual(['third', 'third', 'third']);
  expect((await visit('tester=always')).version).toBe('third');

  const two = await start({ percent: 0, cookie: 'tester', rule: null });
  // Long enough for a cancellation to be heard before all have switched.
  await updateApp(plane.ctx, plane.actor, { appId, rolloutRise: 10 });
  const { operation: promoting } = await promoteCanary(plane.ctx, plane.actor, {
    appId,
    deploymentId: two.deploymentId,
  });
  await begun(promoting.id, 'batch:');
  await cancelOperation(plane.ctx, plane.actor, { operationId: promoting.id });
  expect((await plane.ended(promoting.id)).status).toBe('cancelled');
  await updateApp(plane.ctx, plane.actor, { appId, rolloutRise: 2 });
  const goingOn = await read(two.deploymentId);
  expect([goingOn.status, goingOn.canary?.paused]).toEqual(['canary', 'The promotion was cancelled.']);
  expect((await versions()).sort()).toEqual(['fourth', 'third', 'third']);
  expect((await visit('tester=always')).version).toBe('fourth');
  await plane.succeed(promoteCanary, { appId, deploymentId: two.deploymentId });
  expect(await versions()).toEqual(['fourth', 'fourth', 'fourth']);
  expect((await read(two.deploymentId)).status).toBe('succeeded');
});

test('where its start fails, nobody is parted and all serve what they served', async () => {
  await push('never healthy');
  await git.repo('node-notes').commit({ 'server.js': 'process.exit(1);\n' }, 'crashes');
  const operation = await plane.finish(startDeployment, { appId, canary: { percent: 20 } });
  expect(operation).toMatchObject({ status: 'failed', error: { code: 'start-failed' } });
  expect(await front()).not.toContain('canary');
  expect(await versions()).toEqual(['fourth', 'fourth', 'fourth']);
});

const at = (name: string, line: string) => lab.machine(name).run(line);
/** Workers, timers and runs of the app that are up, by machine. */
const units = async () =>
  Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const all = `systemctl list-units --plain --no-legend --state=active --type=service,timer 'fairlead-notes.*' | cut -d' ' -f1 | sort`;
        return [
          name,
          (await at(name, all))
            .trim()
            .split('\n')
            .map((unit) => unit.slice('fairlead-notes.'.length)),
        ] as const;
      }),
    ),
  );
/** Which releases do jobs where: as many as are given are done, and none twice. */
const work = async (count: number): Promise<string[]> => {
  const url = `$(sed -n 's/^REDIS_URL=//p' /etc/fairlead/apps/notes.env | tr -d '"')`;
  const redis = `redis-cli --no-auth-warning -u "${url}"`;
  await at(
    'one',
    `${redis} DEL done; for i in $(seq ${count}); do echo "LPUSH jobs job-$i"; done | ${redis}`,
  );
  const done = await until('the jobs to be done', async () => {
    const lines = (await at('one', `${redis} LRANGE done 0 -1`)).trim().split('\n');
    return lines.length >= count && lines;
  });
  expect(done).toHaveLength(count);
  return [...new Set(done)].sort();
};

test('its workers take jobs from the same Redis as the others’, what runs on one backend stays, and both go back with it, wherever the worker dies', async () => {
  const { prisma } = plane.database;
  await push('old');
  await setRedis(plane.ctx, plane.actor, { appId, memoryMib: 32 });
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(setProcess, {
    appId,
    name: 'mail',
    process: { kind: 'worker', command: 'node mail.js' },
  });
  const tick = { kind: 'cron', command: 'true', schedule: '0 4 1 1 *' };
  await plane.succeed(setProcess, { appId, name: 'tick', process: tick });
  const before = {
    one: ['mail@1.service', 'tick.timer'],
    two: ['mail@1.service'],
    three: ['mail@1.service'],
  };
  expect(await units()).toEqual(before);
  expect(await work(60)).toEqual(['old on one', 'old on three', 'old on two']);

  const declared =
    'workers:\n  extra: {command: "sleep infinity"}\ncron:\n  nightly: {command: "true", schedule: "0 4 1 1 *"}\n';
  await push('new', false, { 'fairlead.yml': declared });
  const canary = { percent: 50, backendIds: [(await backendOn('three')).id], rule: null };
  const startCanary = async () => {
    const { operation } = await startDeployment(plane.ctx, plane.actor, { appId, canary });
    const { id } = await prisma.deployment.findFirstOrThrow({ where: { operationId: operation.id } });
    return { operationId: operation.id, deploymentId: id };
  };
  const one = await startCanary();
  // Between the parting and the switch: those who are led there are answered by what was.
  await killAt(one.operationId, 'parted', async () => {
    expect(await front()).toContain('canary');
    expect((await visit('fairlead_canary=always')).version).toBe('old');
  });
  await killAt(one.operationId, 'processes:');
  expect((await plane.ended(one.operationId)).status).toBe('succeeded');
  expect(await versions()).toEqual(['old', 'old', 'new']);
  expect(await units()).toEqual({ ...before, three: ['extra@1.service', 'mail@1.service'] });
  expect(await work(60)).toEqual(['new on three', 'old on one', 'old on two']);
  const { items } = await listProcesses(plane.ctx, plane.actor, { appId });
  expect(
    items.map(({ settings, places }) => [
      settings.name,
      places.map((place) => `${place.serverName} ${place.state}`).sort(),
    ]),
  ).toEqual([
    ['extra', ['three running']],
    ['mail', ['one running', 'three running', 'two running']],
    ['nightly', []],
    ['tick', ['one idle']],
  ]);

  // Aborted, past a worker that dies once the web process is back and its workers are not.
  const { operation: aborting } = await abortCanary(plane.ctx, plane.actor, {
    appId,
    deploymentId: one.deploymentId,
  });
  await killAt(aborting.id, 'processes:');
  expect((await plane.ended(aborting.id)).status).toBe('succeeded');
  expect(await versions()).toEqual(['old', 'old', 'old']);
  expect(await units()).toEqual(before);
  expect(await work(60)).toEqual(['old on one', 'old on three', 'old on two']);

  // Switched, and cancelled while nobody works on it: the next worker has no more than the rows to tell how far it came.
  // Long enough for the next worker to hear of it before all have switched.
  await updateApp(plane.ctx, plane.actor, { appId, rolloutRise: 20 });
  const two = await startCanary();
  await killAt(two.operationId, 'processes:', async () => {
    await cancelOperation(plane.ctx, plane.actor, { operationId: two.operationId });
  });
  expect((await plane.ended(two.operationId)).status).toBe('cancelled');
  await updateApp(plane.ctx, plane.actor, { appId, rolloutRise: 2 });
  expect(await front()).not.toContain('fairlead_canary');
  expect(await newcomers(20)).toEqual({ old: 20 });
  await until('three to be caught up with', async () => {
    const { heldBack, state } = await backendOn('three');
    const busy = await prisma.operation.count({ where: { appId, status: { in: ['queued', 'running'] } } });
    return heldBack === null && state === 'active' && busy === 0;
  });
  expect(await versions()).toEqual(['old', 'old', 'old']);
  expect(await units()).toEqual(before);

  const three = await startCanary();
  expect((await plane.ended(three.operationId)).status).toBe('succeeded');
  await plane.succeed(promoteCanary, { appId, deploymentId: three.deploymentId });
  const workers = ['extra@1.service', 'mail@1.service'];
  expect(await units()).toEqual({
    one: [...workers, 'nightly.timer', 'tick.timer'],
    two: workers,
    three: workers,
  });
  expect(await work(60)).toEqual(['new on one', 'new on three', 'new on two']);
});

test('another password of its Redis reaches every backend and worker, wherever the worker dies, and the one before opens nothing', async () => {
  const { prisma } = plane.database;
  const urlOn = async (name: string) =>
    (await at(name, `sed -n 's/^REDIS_URL=//p' /etc/fairlead/apps/notes.env`)).trim().replaceAll('"', '');
  const opens = async (url: string) =>
    (await at('two', `redis-cli --no-auth-warning -u '${url}' PING || true`)).trim() === 'PONG';
  const old = await urlOn('two');
  expect(await opens(old)).toBe(true);
  const { operation } = await rotateRedisPassword(plane.ctx, plane.actor, { appId });
  await killAt(operation.id, 'redis');
  await killAt(operation.id, 'switch:', async () => {
    expect(await opens(old)).toBe(true);
    expect(await work(20)).not.toEqual([]);
  });
  await killAt(operation.id, 'forget-redis-password');
  expect((await plane.ended(operation.id)).status).toBe('succeeded');
  const fresh = await urlOn('two');
  expect(new URL(fresh).username).toBe('notes__b');
  expect([await opens(fresh), await opens(old)]).toEqual([true, false]);
  for (const name of names) expect(new URL(await urlOn(name)).password).toBe(new URL(fresh).password);
  expect(await at('one', `grep -o '^user [a-z_]*' /etc/fairlead/redis/notes.conf | sort`)).toBe(
    'user default\nuser fairlead\nuser notes__b\n',
  );
  expect(await work(60)).toEqual(['new on one', 'new on three', 'new on two']);
  expect(await prisma.redis.findUniqueOrThrow({ where: { appId } })).toMatchObject({
    turn: 1,
    formerPasswordCipher: null,
  });
  const logged = await prisma.logLine.findMany({ where: { operationId: operation.id } });
  expect(logged.length).toBeGreaterThan(5);
  const secrets = [old, fresh].map((url) => new URL(url).password);
  expect(logged.filter(({ text }) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
});

test('no request was lost at any start, promotion or abort, and nothing stays behind', async () => {
  const report = await traffic.stop();
  expect(report.failures).toEqual([]);
  expect(report.requests).toBeGreaterThan(500);
  await push('last');
  await start({ percent: 5, rule: null });
  expect(await lab.machine('one').run('ls /var/log/nginx')).toContain('canary');
  await plane.succeed(removeApp, { appId, confirm: 'Notes' });
  expect(await at('one', 'ls /var/log/nginx')).not.toContain('notes');
  expect(await units()).toEqual({ one: [''], two: [''], three: [''] });
  const left =
    'find /etc /var/lib /srv /run -path "*fairlead*" -name "*notes*" -not -path "*/.cache/*" || true';
  for (const name of names) expect(await at(name, left)).toBe('');
});
