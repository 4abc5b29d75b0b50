import {
  cancelOperation,
  changeEnvironment,
  checkHostedDatabase,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  prepareServer,
  readHostedDatabase,
  readRedis,
  removeApp,
  removeBackend,
  removeRedis,
  rotateDatabasePassword,
  setHostedDatabase,
  setRedis,
  startDeployment,
  updateApp,
} from '@fairlead/core';
import { fromWheels, type GitServer, type Lab, makeWheels } from '@fairlead/lab';
import { createRepositorySource } from '@fairlead/remote/git';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { bootLab, registerMachine } from '../../testing/lab-fleet.ts';
import { startTraffic } from '../../testing/traffic.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const domain = 'shop.example.com';
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let git: GitServer;
const serverIds: string[] = [];
let appId: string;

/** Two Debian 13, the second of them on another SSH port that only the first may reach. */
beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(33, ['one', 'two'], { release: 13 });
  git = await lab.gitServer({
    repos: ['php-notes', 'python-notes', 'static-site', { name: 'pages', sample: 'static-site' }],
  });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  const [one, two] = [lab.machine('one'), lab.machine('two')];
  await two.run(
    `echo "Port 2222" > /etc/ssh/sshd_config.d/port.conf; systemctl restart ssh
nft add table inet only; nft add chain inet only in '{ type filter hook input priority 0; }'
nft add rule inet only in tcp dport 2222 ip saddr != ${one.address} drop`,
  );
  const first = await registerMachine(plane, one);
  const second = await registerMachine(plane, two, { port: 2222, jumpServerId: first.id });
  serverIds.push(first.id, second.id);
  await plane.succeed(prepareServer, { serverId: first.id, runtimes: ['php'], databases: ['mariadb'] });
});
afterAll(async () => {
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const at = (machine: string, line: string) => lab.machine(machine).run(line);
/** Accounts of the app by the address they may come from, firewall rules that let the second server in, what the database listens on. */
async function openings() {
  const accounts = await at(
    'one',
    `mariadb -N -B -e "SELECT CONCAT(User, '@', Host) FROM mysql.user WHERE User LIKE 'shop%' ORDER BY 1"`,
  );
  const rules = await at('one', `nft list ruleset | grep -c '${lab.machine('two').address}' || true`);
  const listens = await at('one', "ss -Htln 'sport = :3306' | awk '{print $4}' | sort");
  return {
    accounts: accounts.trim().split('\n'),
    rules: Number(rules),
    listens: listens.trim().split('\n'),
  };
}

const app = (name: string, repository: string, more: object) => ({
  name,
  repositoryUrl: git.repo(repository).url,
  healthIntervalMs: 1_000,
  healthTimeoutMs: 900,
  primaryServerId: serverIds[0],
  ...more,
});

test('a PHP app with MariaDB is balanced over a server that is prepared on the way, through a jump host', async () => {
  const php = { runtime: 'php', documentRoot: 'public', databaseEngine: 'mariadb', domains: [domain] };
  appId = (
    await createApp(plane.ctx, plane.actor, app('Shop', 'php-notes', { ...php, healthPath: '/whoami' }))
  ).id;
  await plane.succeed(startDeployment, { appId });
  const traffic = startTraffic({
    address: lab.machine('one').address,
    host: domain,
    path: '/whoami',
    postPath: '/notes',
  });
  await plane.succeed(enableLoadBalancer, {
    appId,
    serverIds: [serverIds[1]],
    method: 'least_conn',
    acknowledged: checklistKeys,
  });
  const { report } = traffic;
  await expect.poll(() => report.answers.two ?? 0, { timeout: 20_000 }).toBeGreaterThan(20);
  await traffic.stop();
  expect(report.failures).toEqual([]);
  expect(Object.keys(report.answers).sort()).toEqual(['one', 'two']);
});

test('both backends write into the one database, each by an account for its address alone', async () => {
  const writers = await at(
    'one',
    `mariadb -N -B -e "SELECT DISTINCT server FROM notes ORDER BY 1" "$(mariadb -N -B -e "SHOW DATABASES LIKE 'shop%'")"`,
  );
  expect(writers.trim().split('\n')).toEqual(['one', 'two']);
  const { accounts, rules, listens } = await openings();
  expect(accounts).toEqual(['shop@127.0.0.1', `shop@${lab.machine('two').address}`, 'shop@localhost']);
  expect(rules).toBeGreaterThan(0);
  expect(listens).not.toContain('0.0.0.0:3306');
});

test('another password of MariaDB reaches both without a failed request, and the old one opens nothing', async () => {
  const passwordOf = (machine: string) =>
    at(machine, 'sed -n "s/^DB_PASSWORD=//p" /etc/fairlead/apps/shop.env').then((text) =>
      text.trim().replaceAll('"', ''),
    );
  const old = await passwordOf('two');
  const opens = async (password: string) => {
    const argv = ['mariadb', '-h', lab.machine('one').address, '-u', 'shop', 'shop', '-e', 'SELECT 1'];
    return (await lab.machine('two').exec(argv, { env: { MYSQL_PWD: password } })).code === 0;
  };
  expect(await opens(old)).toBe(true);
  const traffic = startTraffic({
    address: lab.machine('one').address,
    host: domain,
    path: '/whoami',
    postPath: '/notes',
  });
  await plane.succeed(rotateDatabasePassword, { appId });
  const { report } = traffic;
  const { posts } = report;
  await expect.poll(() => report.posts - posts, { timeout: 20_000 }).toBeGreaterThan(20);
  await traffic.stop();
  expect(report.failures).toEqual([]);
  const fresh = await passwordOf('two');
  expect(await passwordOf('one')).toBe(fresh);
  expect([await opens(fresh), await opens(old)]).toEqual([true, false]);
  const { accounts } = await openings();
  expect(accounts).toHaveLength(3);
  expect(
    Number(
      await at(
        'one',
        `mariadb -NBe "SELECT count(*) FROM mysql.global_priv WHERE User = 'shop' AND JSON_LENGTH(JSON_EXTRACT(Priv, '$.auth_or')) > 1"`,
      ),
    ),
  ).toBe(0);
});

/** Rules that let the second server in to the app's Redis, and what the first has of it. */
async function redisOpenings() {
  const { slot } = await plane.database.prisma.app.findUniqueOrThrow({ where: { id: appId } });
  const rules = `nft list ruleset | grep -E 'dport ${15_000 + slot}|${lab.machine('two').address} . ${15_000 + slot}' || true`;
  const left = `ls -d /etc/fairlead/redis/* /var/lib/fairlead/redis/* /var/lib/private/fairlead-redis* /etc/systemd/system/fairlead-redis* 2>/dev/null || true`;
  const [said, files] = [await at('one', rules), await at('one', left)];
  return { rules: said.includes(lab.machine('two').address), port: 15_000 + slot, files: files.trim() };
}
const visits = async (count: number) => {
  const answers = await at(
    'one',
    `for i in $(seq ${count}); do curl -s -H "Host: ${domain}" http://127.0.0.1/visits; echo; done`,
  );
  const all = answers.trim().split('\n');
  return all.map((line) => JSON.parse(line) as { server: string; visits: number | null });
};

test('both backends count in one Redis that the next deployment brings, each let in by its address', async () => {
  await setRedis(plane.ctx, plane.actor, { appId, memoryMib: 32 });
  await updateApp(plane.ctx, plane.actor, { appId, sharedFolders: ['public/uploads'] });
  const two = await plane.database.prisma.backend.findFirstOrThrow({
    where: { appId, serverId: serverIds[1] },
  });
  await changeEnvironment(plane.ctx, plane.actor, { appId, set: { ZONE: 'every' } });
  await changeEnvironment(plane.ctx, plane.actor, { appId, backendId: two.id, set: { ZONE: 'b' } });
  const operation = await plane.succeed(startDeployment, { appId });
  const seen = await visits(6);
  expect(seen.map(({ visits: number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(new Set(seen.map(({ server }) => server))).toEqual(new Set(['one', 'two']));
  const { rules, port } = await redisOpenings();
  expect(rules).toBe(true);
  const listens = await at('one', `ss -Htln 'sport = :${port}' | awk '{print $4}' | sort`);
  expect(listens.trim().split('\n')).toEqual(
    [`127.0.0.1:${port}`, `${lab.machine('one').address}:${port}`].sort(),
  );
  await expect
    .poll(async () => (await readRedis(plane.ctx, plane.actor, { appId })).redis, { timeout: 60_000 })
    .toMatchObject({ state: 'running', placed: true, pending: false, seen: { writesToDisk: true } });
  const password = (await at('two', 'sed -n "s/^REDIS_PASSWORD=//p" /etc/fairlead/apps/shop.env')).trim();
  const logged = await plane.database.prisma.logLine.findMany({ where: { operationId: operation.id } });
  expect(logged.map(({ text }) => text).join('\n')).not.toContain(password.replaceAll('"', ''));
});

test('each server keeps its own uploads from release to release, and one is told something else', async () => {
  const zoneOf = async (machine: string) =>
    (await at(machine, 'sed -n "s/^ZONE=//p" /etc/fairlead/apps/shop.env')).trim();
  expect([await zoneOf('one'), await zoneOf('two')]).toEqual(['"every"', '"b"']);
  for (const machine of ['one', 'two']) {
    await at(
      machine,
      `runuser -u fl-shop -- sh -c 'umask 027; echo ${machine} > /srv/fairlead/shop/current/public/uploads/who.txt'`,
    );
  }
  await plane.succeed(startDeployment, { appId, rebuild: true });
  const answers = await at(
    'one',
    `for i in 1 2 3 4 5 6; do curl -s -H "Host: ${domain}" http://127.0.0.1/uploads/who.txt; done`,
  );
  expect(new Set(answers.trim().split('\n'))).toEqual(new Set(['one', 'two']));
});

test('a removed backend takes its account, its rule and its address with it', async () => {
  const { id: backendId } = await plane.database.prisma.backend.findFirstOrThrow({
    where: { appId, serverId: serverIds[1] },
  });
  await plane.succeed(removeBackend, { appId, backendId });
  const { accounts, rules } = await openings();
  expect(accounts).toEqual(['shop@127.0.0.1', 'shop@localhost']);
  expect(rules).toBe(0);
  expect((await redisOpenings()).rules).toBe(false);
  const left = await at(
    'two',
    'ls /etc/nginx/fairlead/http /srv/fairlead /etc/fairlead/apps /etc/php/*/fpm/pool.d 2>/dev/null | grep -i shop; getent passwd | grep -i shop; true',
  );
  expect(left.trim()).toBe('');
});

test('a Redis that is wanted no more goes once nothing that serves is told of it', async () => {
  const before = await redisOpenings();
  expect(before.files).toMatch(/shop/);
  await removeRedis(plane.ctx, plane.actor, { appId, confirm: 'Shop' });
  expect((await visits(1))[0]?.visits).toBe(7);
  await plane.succeed(startDeployment, { appId });
  expect((await visits(1))[0]?.visits).toBeNull();
  expect(await redisOpenings()).toMatchObject({ rules: false, files: '' });
  expect(await at('one', `nft list ruleset | grep -c ${before.port} || true`)).toBe('0\n');
  // What the app's removal takes away is another one.
  await setRedis(plane.ctx, plane.actor, { appId });
  await plane.succeed(startDeployment, { appId });
  expect((await visits(1))[0]?.visits).toBe(1);
});

/** The app uses a database that Fairlead did not make: each backend says how far it comes, and the next deployment tells them the account. */
async function usesDatabaseElsewhere(id: string): Promise<void> {
  const password = 'a-guest-of-the-house';
  await at(
    'one',
    `mariadb -e "CREATE DATABASE elsewhere; CREATE USER 'guest'@'%' IDENTIFIED BY '${password}'; GRANT ALL ON elsewhere.* TO 'guest'@'%'"`,
  );
  const hosted = {
    engine: 'mariadb',
    host: lab.machine('one').address,
    port: 3306,
    name: 'elsewhere',
    user: 'guest',
    password,
    tls: 'require',
  };
  await setHostedDatabase(plane.ctx, plane.actor, { ...hosted, appId: id });
  const operation = await plane.finish(checkHostedDatabase, { appId: id });
  // The other app's guarded port lets nobody in from there.
  expect(operation).toMatchObject({
    status: 'failed',
    error: { code: 'database-failed', details: { servers: ['two'] } },
  });
  const { hosted: view } = await readHostedDatabase(plane.ctx, plane.actor, { appId: id });
  const faults = view?.checks.map(({ serverName, checks }) => [
    serverName,
    checks.find(({ status }) => status === 'failed')?.key,
  ]);
  expect(Object.fromEntries(faults ?? [])).toEqual({ one: undefined, two: 'tcp' });
  await plane.succeed(startDeployment, { appId: id });
  for (const machine of ['one', 'two']) {
    expect(await at(machine, 'cat /etc/fairlead/apps/pages.env')).toContain(`DB_PASSWORD="${password}"`);
  }
  const logged = await plane.database.prisma.logLine.findMany({ where: { text: { contains: password } } });
  expect(logged).toEqual([]);
  await at('one', `mariadb -e "DROP DATABASE elsewhere; DROP USER 'guest'@'%'"`);
}
test('a Python app is balanced over servers that are prepared for it on the way, from what its repository says', async () => {
  for (const machine of ['one', 'two']) await makeWheels(lab.machine(machine), ['gunicorn', 'packaging']);
  const asked = { repositoryUrl: git.repo('python-notes').url };
  const options = { allowHttp: true, allowPrivateNetworks: true };
  const { runtime, suggestions } = await createRepositorySource(options).inspect(asked);
  const { branch: _, ...commands } = suggestions;
  const python = { runtime, ...commands, healthPath: '/whoami', domains: ['notes.example.com'] };
  const notes = (await createApp(plane.ctx, plane.actor, app('Notes', 'python-notes', python))).id;
  await changeEnvironment(plane.ctx, plane.actor, { appId: notes, set: fromWheels, unset: [] });
  await plane.succeed(startDeployment, { appId: notes });
  await plane.succeed(enableLoadBalancer, {
    appId: notes,
    serverIds: [serverIds[1]],
    method: 'round_robin',
    acknowledged: checklistKeys,
  });
  const answers = await at(
    'one',
    'for i in 1 2 3 4; do curl -s -H "Host: notes.example.com" http://127.0.0.1/whoami; echo; done',
  );
  expect(answers).toMatch(/"server": "one".*gunicorn/);
  expect(answers).toMatch(/"server": "two".*gunicorn/);
  await updateApp(plane.ctx, plane.actor, { appId: notes, runtimeVersion: '3.2' });
  const { status, error } = await plane.finish(startDeployment, { appId: notes });
  expect([status, error?.message]).toEqual([
    'failed',
    expect.stringContaining('another version of Python than the app asks for'),
  ]);
  await plane.succeed(removeApp, { appId: notes, confirm: 'Notes' });
});

test('a Node.js app gets the package manager and the Node.js that its repository names', async () => {
  const manifest = {
    name: 'pages',
    version: '1.0.0',
    packageManager: 'pnpm@9.15.9',
    dependencies: { ms: '2.1.3' },
    scripts: { start: 'node server.cjs' },
  };
  const lock = `lockfileVersion: '9.0'
settings: {autoInstallPeers: true, excludeLinksFromLockfile: false}
importers:
  .:
    dependencies: {ms: {specifier: 2.1.3, version: 2.1.3}}
packages:
  ms@2.1.3: {resolution: {integrity: sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==}}
snapshots:
  ms@2.1.3: {}
`;
  const server = `const answer = () => JSON.stringify({ node: process.version, ms: require('ms')('1s'), by: process.env.npm_config_user_agent });
require('http').createServer((_, response) => response.end(answer())).listen(process.env.PORT, process.env.HOST);
`;
  await git.repo('pages').commit(
    {
      'package.json': JSON.stringify(manifest),
      'pnpm-lock.yaml': lock,
      'server.cjs': server,
      '.nvmrc': '22.11.0\n',
    },
    'Node.js',
  );
  const asked = { repositoryUrl: git.repo('pages').url };
  const options = { allowHttp: true, allowPrivateNetworks: true };
  const { runtime, suggestions } = await createRepositorySource(options).inspect(asked);
  const { branch: _, ...commands } = suggestions;
  const fields = { runtime, ...commands, healthPath: '/', domains: ['node.example.com'] };
  const node = (await createApp(plane.ctx, plane.actor, app('Node', 'pages', fields))).id;
  await plane.succeed(startDeployment, { appId: node });
  const answer = await at('one', 'curl -s -H "Host: node.example.com" http://127.0.0.1/');
  expect(JSON.parse(answer)).toEqual({
    node: 'v22.11.0',
    ms: 1000,
    by: expect.stringContaining('pnpm/9.15.9'),
  });
});

test('what a deployment of an app with one backend starts with its build is taken back where it fails or is cancelled', async () => {
  const { id: node } = await plane.database.prisma.app.findFirstOrThrow({ where: { slug: 'node' } });
  const running = async () =>
    (await at('one', "systemctl list-units --plain --no-legend --state=active 'fairlead-node@*'"))
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]);
  const before = await running();
  expect(before).toHaveLength(1);
  await git.repo('pages').commit({ 'fairlead.yml': 'workers: {a: {comand: x}}\n' }, 'Broken');
  expect((await plane.finish(startDeployment, { appId: node })).error).toMatchObject({
    message: expect.stringContaining('fairlead.yml, line 1'),
  });
  expect(await running()).toEqual(before);

  await git.repo('pages').commit({ 'fairlead.yml': null }, 'Mended');
  await updateApp(plane.ctx, plane.actor, { appId: node, buildCommand: 'sleep 8' });
  const { operation } = await startDeployment(plane.ctx, plane.actor, { appId: node });
  const builds = "systemctl list-units --plain --no-legend 'fairlead-build-*'";
  await until('the build to begin', async () => (await at('one', builds)) !== '' || undefined);
  await cancelOperation(plane.ctx, plane.actor, { operationId: operation.id });
  expect(await plane.ended(operation.id)).toMatchObject({ status: 'cancelled' });
  // The host makes the build to its end, and nothing more.
  await new Promise((resolve) => setTimeout(resolve, 9_000));
  expect(await running()).toEqual(before);

  await updateApp(plane.ctx, plane.actor, { appId: node, buildCommand: null });
  await plane.succeed(startDeployment, { appId: node });
  expect(await running()).toHaveLength(1);
  expect(await running()).not.toEqual(before);
  await plane.succeed(removeApp, { appId: node, confirm: 'Node' });
}, 180_000);

test('a static app stands beside it, balanced, and both leave nothing behind', async () => {
  const fields = app('Pages', 'static-site', { runtime: 'static', domains: ['pages.example.com'] });
  const pages = (await createApp(plane.ctx, plane.actor, fields)).id;
  await plane.succeed(startDeployment, { appId: pages });
  await plane.succeed(enableLoadBalancer, {
    appId: pages,
    serverIds: [serverIds[1]],
    method: 'round_robin',
    acknowledged: checklistKeys,
  });
  const page = await at('one', 'curl -s -H "Host: pages.example.com" http://127.0.0.1/');
  expect(page).toContain('<!doctype html>');
  await usesDatabaseElsewhere(pages);
  await plane.succeed(removeApp, { appId: pages, confirm: 'Pages' });
  await plane.succeed(removeApp, { appId, confirm: 'Shop' });
  for (const machine of ['one', 'two']) {
    const left = await at(
      machine,
      `ls /etc/nginx/fairlead/http /srv/fairlead /etc/fairlead/apps 2>/dev/null | grep -iE 'shop|pages'; getent passwd | grep -iE 'shop|pages'; nft list ruleset | grep -E '2000[01]|1500[0-9]|3306'; true`,
    );
    expect(left.trim(), machine).toBe('');
  }
  expect(
    (
      await at(
        'one',
        'ls -d /etc/fairlead/redis/* /var/lib/fairlead/redis/* /var/lib/private/fairlead-redis* /etc/systemd/system/fairlead-redis* /etc/systemd/system/*.wants/fairlead-redis* 2>/dev/null; true',
      )
    ).trim(),
  ).toBe('');
  const databases = await at('one', `mariadb -N -B -e "SELECT User FROM mysql.user WHERE User LIKE 'shop%'"`);
  expect(databases.trim()).toBe('');
});
