import {
  addBackend,
  changeEnvironment,
  changeLoadBalancer,
  checklistKeys,
  configureBackend,
  createApp,
  disableLoadBalancer,
  enableLoadBalancer,
  removeApp,
  removeBackend,
  setMaintenance,
  startDeployment,
  toggleBackend,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import type { GitServer, Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { startTraffic, type Traffic } from '../../testing/traffic.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const domain = 'notes.example.com';
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let git: GitServer;
let servers: Server[];
let appId: string;
let traffic: Traffic;

const serverNamed = (name: string) => {
  const server = servers.find((one) => one.name === name);
  if (server === undefined) throw new Error(`no server ${name}`);
  return server;
};
const backendOn = (name: string) =>
  plane.database.prisma.backend.findFirstOrThrow({ where: { appId, serverId: serverNamed(name).id } });
const balancerState = () => plane.database.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } });
const target = () => ({
  address: lab.machine('one').address,
  host: domain,
  path: '/whoami',
  postPath: '/notes',
});

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(31, ['one', 'two', 'three']);
  git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  servers = await prepareFleet(plane, lab.machines, ['postgresql']);
});
afterAll(async () => {
  await traffic?.stop();
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

test('registers machines by a confirmed host key and makes them ready', () => {
  expect(servers.map(({ name, status }) => `${name} ${status}`)).toEqual([
    'one ready',
    'two ready',
    'three ready',
  ]);
});

test('the first deployment serves from the primary alone', async () => {
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Notes',
    repositoryUrl: git.repo('node-notes').url,
    runtime: 'node',
    installCommand: 'npm ci --omit=dev',
    buildCommand: 'node build.js',
    startCommand: 'node server.js',
    domains: [domain],
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    primaryServerId: serverNamed('one').id,
    databaseEngine: 'postgresql',
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  const seen = startTraffic(target());
  await new Promise((resolve) => setTimeout(resolve, 500));
  const report = await seen.stop();
  expect(report.failures).toEqual([]);
  expect(Object.keys(report.answers)).toEqual(['one']);
});

test('a client sees failures when there are some (positive control)', async () => {
  const seen = startTraffic(target());
  await lab.machine('one').run('systemctl stop nginx');
  await new Promise((resolve) => setTimeout(resolve, 300));
  await lab.machine('one').run('systemctl start nginx');
  expect((await seen.stop()).failures.length).toBeGreaterThan(0);
});

test('load balancing over three servers is enabled without a lost request', async () => {
  traffic = startTraffic(target());
  await plane.succeed(enableLoadBalancer, {
    appId,
    serverIds: [serverNamed('two').id, serverNamed('three').id],
    method: 'round_robin',
    acknowledged: checklistKeys,
  });
  const before = { ...traffic.report.answers };
  await until('answers of all three', async () => {
    const { answers } = traffic.report;
    return ['one', 'two', 'three'].every((name) => (answers[name] ?? 0) > (before[name] ?? 0));
  });
  expect(await balancerState()).toMatchObject({ status: 'on', enabled: true });
});

test('a toggle takes a backend out and in', async () => {
  const { id: backendId } = await backendOn('two');
  await plane.succeed(toggleBackend, { appId, backendId, enabled: false });
  expect((await backendOn('two')).state).toBe('disabled');
  const before = traffic.report.answers.two;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(traffic.report.answers.two).toBe(before);
  await plane.succeed(toggleBackend, { appId, backendId, enabled: true });
  await expect.poll(() => traffic.report.answers.two).toBeGreaterThan(before ?? 0);
});

/** Answers by server from now on, over so many requests. */
async function sharesOf(requests: number): Promise<Record<string, number>> {
  const before = { ...traffic.report.answers };
  const total = () => Object.values(traffic.report.answers).reduce((sum, count) => sum + count, 0);
  const enough = total() + requests;
  await expect.poll(total, { timeout: 30_000 }).toBeGreaterThan(enough);
  return Object.fromEntries(
    Object.entries(traffic.report.answers).map(([name, count]) => [name, count - (before[name] ?? 0)]),
  );
}

test('shares, a backend that stands by and other methods take effect', async () => {
  const { id: backendId } = await backendOn('two');
  // For a tenth of a second after a reload, workers of before take requests too.
  const settles = { timeout: 30_000, interval: 10 };
  await plane.succeed(configureBackend, { appId, backendId, weight: 8 });
  const isHeavy = async () => {
    const { one = 0, two = 0, three = 0 } = await sharesOf(100);
    return two > 2 * Math.max(one, three);
  };
  await expect.poll(isHeavy, settles).toBe(true);
  await plane.succeed(configureBackend, { appId, backendId, weight: 1, backup: true });
  await expect.poll(async () => (await sharesOf(100)).two, settles).toBe(0);
  await plane.succeed(configureBackend, { appId, backendId, backup: false });
  for (const method of ['random', 'hash', 'sticky', 'round_robin']) {
    await plane.succeed(changeLoadBalancer, { appId, method });
  }
  const isShared = async () => Object.values(await sharesOf(100)).every((count) => count > 10);
  await expect.poll(isShared, settles).toBe(true);
});

/** One server builds and sends the others what it built: they have no copy of the repository, and every file as it is there. */
async function expectBuiltOnce(operationId: string) {
  const [one, ...others] = (await outcomesOf(operationId, 'build:')).toSorted();
  expect(others.pop()).toMatch(/^Built in/);
  for (const outcome of [one, ...others])
    expect(outcome).toMatch(/^\d+ files from one, (all|\d+) of them sent: /);
  const files = (name: string) =>
    lab.machine(name).run('cd /srv/fairlead/notes/current/ && find . -type f -exec sha256sum {} + | sort');
  const built = await files('one');
  for (const name of ['two', 'three']) {
    expect(await files(name)).toBe(built);
    expect(await lab.machine(name).run('ls /srv/fairlead/notes/repo.git 2>/dev/null || true')).toBe('');
  }
}

test('a new commit reaches every backend, built once', async () => {
  const commit = await git.repo('node-notes').commit({ VERSION: 'second\n' }, 'Second');
  const { id } = await plane.succeed(startDeployment, { appId });
  await expectBuiltOnce(id);
  const releases = await plane.database.prisma.release.findMany({
    where: { status: 'live', backend: { appId } },
    include: { backend: true },
  });
  expect(releases.map((release) => release.commit)).toEqual([commit, commit, commit]);
});

/** Which build answers on a backend, and by which process. */
async function whoRuns(name: string): Promise<{ release: string; pid: number }> {
  const { colour } = await backendOn(name);
  const { slot } = await plane.database.prisma.app.findUniqueOrThrow({ where: { id: appId } });
  const port = 30_000 + 2 * slot + (colour === 'green' ? 1 : 0);
  return JSON.parse(await lab.machine(name).run(`curl -s http://127.0.0.1:${port}/whoami`));
}
const everybody = ['one', 'two', 'three'];
const runsOf = () => Promise.all(everybody.map(whoRuns));
const deploymentOf = (number: number) =>
  plane.database.prisma.deployment.findUniqueOrThrow({ where: { appId_number: { appId, number } } });
const notesOf = async (operationId: string) =>
  (await plane.database.prisma.logLine.findMany({ where: { operationId } })).map(({ text }) => text);
const outcomesOf = async (operationId: string, key: string) =>
  (await plane.database.prisma.step.findMany({ where: { operationId, key: { startsWith: key } } })).map(
    ({ detail }) => detail,
  );

test('the same commit again goes on as it runs: nothing is built, nothing started', async () => {
  const before = await runsOf();
  const began = performance.now();
  const { id } = await plane.succeed(startDeployment, { appId });
  console.log(`deployed without a change in ${Math.round(performance.now() - began)} ms`);
  expect(await runsOf()).toEqual(before);
  expect(await outcomesOf(id, 'build:')).toEqual(Array(3).fill('Built before.'));
});

test('an earlier deployment serves again from its builds, and the later one again from its own', async () => {
  const [newer, older] = [await runsOf(), await deploymentOf(1)];
  const rollback = await plane.succeed(startDeployment, { appId, rollbackTo: older.id });
  expect(await outcomesOf(rollback.id, 'build:')).toEqual(Array(3).fill('Built before.'));
  const earlier = await runsOf();
  for (const [index, { release }] of earlier.entries()) expect(release).not.toBe(newer[index]?.release);
  const live = await plane.database.prisma.release.findMany({
    where: { status: 'live', backend: { appId } },
  });
  expect(live.map(({ commit }) => commit)).toEqual(Array(3).fill(older.commit));
  const began = performance.now();
  await plane.succeed(startDeployment, { appId, rollbackTo: (await deploymentOf(2)).id });
  console.log(`rolled back on three backends in ${Math.round(performance.now() - began)} ms`);
  expect((await runsOf()).map(({ release }) => release)).toEqual(newer.map(({ release }) => release));
});

test('another environment is taken up by new processes, one of the earlier build where that is rolled back to', async () => {
  const before = await runsOf();
  await changeEnvironment(plane.ctx, plane.actor, { appId, set: { GREETING: 'hello' }, unset: [] });
  await plane.succeed(startDeployment, { appId });
  const built = await runsOf();
  for (const [index, { release }] of built.entries()) expect(release).not.toBe(before[index]?.release);
  const newest = await plane.database.prisma.deployment.findFirstOrThrow({
    where: { appId, status: 'superseded' },
    orderBy: { number: 'desc' },
  });
  await plane.succeed(startDeployment, { appId, rollbackTo: newest.id });
  const back = await runsOf();
  expect(back.map(({ release }) => release)).toEqual(before.map(({ release }) => release));
  const environment = await lab.machine('two').run(`cat /proc/${back[1]?.pid}/environ | tr '\\0' '\\n'`);
  expect(environment).toContain('GREETING=hello');
});

test('a build that nobody may take is made anew', async () => {
  const { id } = await plane.succeed(startDeployment, { appId, rebuild: true });
  await expectBuiltOnce(id);
});

test('a removed backend leaves nothing behind', async () => {
  const { id: backendId } = await backendOn('three');
  await plane.succeed(removeBackend, { appId, backendId });
  await expectNothingOn('three');
});

test('and can be added again; what the primary can not send, it builds for itself', async () => {
  await lab.machine('one').run('rm /var/lib/fairlead/apps/notes/releases/*.manifest');
  const { id } = await plane.succeed(addBackend, { appId, serverId: serverNamed('three').id });
  expect(await outcomesOf(id, 'build:')).toEqual([expect.stringMatching(/^Built in/)]);
  expect(await notesOf(id)).toContain("one has no list of this build's files. It is built here.");
  const before = traffic.report.answers.three ?? 0;
  await expect.poll(() => traffic.report.answers.three ?? 0).toBeGreaterThan(before);
});

test('disabled, the primary serves alone again', async () => {
  await plane.succeed(disableLoadBalancer, { appId });
  await expectNothingOn('two');
  await expectNothingOn('three');
  expect(await balancerState()).toMatchObject({ status: 'off', enabled: false });
  expect(await plane.database.prisma.backend.count({ where: { appId } })).toBe(1);
});

test('no request was lost in all of this', async () => {
  const report = await traffic.stop();
  console.log(JSON.stringify({ ...report, failures: report.failures.slice(0, 10) }));
  expect(report.failures).toEqual([]);
  expect(report.requests).toBeGreaterThan(1_000);
  expect(report.posts).toBeGreaterThan(300);
});

test('under maintenance every visitor gets the page, and a deployment goes through', async () => {
  await plane.succeed(setMaintenance, { appId, enabled: true });
  const ask = () =>
    lab.machine('one').run(`curl -s -w ' %{http_code}' -H 'Host: ${domain}' http://127.0.0.1/whoami`);
  await expect.poll(ask).toMatch(/Back soon.* 503$/s);
  await plane.succeed(startDeployment, { appId });
  expect(await ask()).toMatch(/503$/);
  await plane.succeed(setMaintenance, { appId, enabled: false });
  await expect.poll(ask).toMatch(/"server":"one".* 200$/s);
});

test('a removed app leaves nothing anywhere', async () => {
  await plane.succeed(removeApp, { appId, confirm: 'Notes' });
  await expectNothingOn('one');
  expect(await plane.database.prisma.app.count()).toBe(0);
});

async function expectNothingOn(name: string): Promise<void> {
  const left = await lab
    .machine(name)
    .run(
      'ls /etc/nginx/fairlead/http /srv/fairlead /etc/fairlead/apps 2>/dev/null | grep -i notes; ' +
        'systemctl list-units --all --plain --no-legend "fairlead-notes*"; getent passwd | grep -i notes; ' +
        'nft list ruleset | grep -w 20000; true',
    );
  expect(left.trim()).toBe('');
}
