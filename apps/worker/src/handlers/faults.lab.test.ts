import {
  addBackend,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  type OperationView,
  removeBackend,
  retryOperation,
  startDeployment,
  toggleBackend,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import type { GitServer, Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../../testing/control-plane.ts';
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

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(30, ['one', 'two', 'three']);
  git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await startWorkerProcess(plane.env, createLog('silent'));
  servers = await prepareFleet(plane, lab.machines);
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Notes',
    repositoryUrl: git.repo('node-notes').url,
    runtime: 'node',
    startCommand: 'node server.js',
    // Without a database the app needs no package, so that a build is a matter of moments.
    buildCommand: 'sed -i "/database.js/d; s/await listNotes()/undefined/; s/closeDatabase()/0/" server.js',
    domains: [domain],
    healthPath: '/whoami',
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    primaryServerId: serverNamed('one').id,
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  traffic = startTraffic({ address: lab.machine('one').address, host: domain, path: '/whoami' });
});
afterAll(async () => {
  await traffic?.stop();
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

function serverNamed(name: string): Server {
  const server = servers.find((one) => one.name === name);
  if (server === undefined) throw new Error(`no server ${name}`);
  return server;
}
const backendOn = (name: string) =>
  plane.database.prisma.backend.findFirstOrThrow({ where: { appId, serverId: serverNamed(name).id } });
const balancer = () => plane.database.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } });
const front = () => lab.machine('one').readFile('/etc/nginx/fairlead/http/notes.front.conf');
const failedSteps = async (operation: OperationView) => {
  const where = { operationId: operation.id, status: 'failed' };
  return (await plane.database.prisma.step.findMany({ where })).map(({ key }) => key.split(':')[0]);
};
const retry = (operation: OperationView) => plane.succeed(retryOperation, { operationId: operation.id });

test('a repository that is gone ends the deployment at its first step', async () => {
  await git.repo('node-notes').vanish();
  const operation = await plane.finish(startDeployment, { appId });
  expect(operation).toMatchObject({ status: 'failed', error: { code: 'repository-unreachable' } });
  expect(await failedSteps(operation)).toEqual(['resolve']);
  expect(await plane.database.prisma.app.findUniqueOrThrow({ where: { id: appId } })).toMatchObject({
    status: 'live',
  });
  await git.repo('node-notes').restore();
  await retry(operation);
});

test('a full disk on one new server fails the whole enabling, names it, and lets nobody in', async () => {
  const before = await front();
  await lab.machine('two').fillDisk();
  const operation = await plane.finish(enableLoadBalancer, {
    appId,
    serverIds: [serverNamed('two').id, serverNamed('three').id],
    acknowledged: checklistKeys,
  });
  expect(operation).toMatchObject({ status: 'failed', error: { code: 'disk-full', server: 'two' } });
  expect(await front()).toBe(before);
  expect(await balancer()).toMatchObject({ status: 'failed', enabled: true });
  expect(await backendOn('two')).toMatchObject({ state: 'failed' });
  expect((await backendOn('two')).healthReason).toMatch(/disk/i);
  expect((await backendOn('three')).state).toBe('pending');

  await lab.machine('two').freeDisk();
  await retry(operation);
  expect(await balancer()).toMatchObject({ status: 'on' });
  expect([(await backendOn('two')).state, (await backendOn('three')).state]).toEqual(['active', 'active']);
});

test('the same operation again changes nothing', async () => {
  const { prisma } = plane.database;
  const look = async () => ({
    machines: await Promise.all(
      lab.machines.map((machine) =>
        machine.run(
          'find /etc/nginx /etc/fairlead /srv/fairlead/notes/releases -maxdepth 2 -printf "%p %T@\\n" | sort; ' +
            'pgrep -x nginx | tr "\\n" " "; systemctl show -P MainPID "fairlead-notes@*"; nft list ruleset',
        ),
      ),
    ),
    configs: await prisma.appliedConfig.count(),
    backends: await prisma.backend.findMany({
      orderBy: { id: 'asc' },
      select: { state: true, colour: true, releaseId: true, configHash: true },
    }),
  });
  const { id } = await prisma.operation.findFirstOrThrow({ where: { kind: 'load-balancer.enable' } });
  const before = await look();
  await prisma.operation.update({ where: { id }, data: { status: 'queued', finishedAt: null } });
  await plane.ctx.queue.enqueue('operation', { operationId: id });
  expect(await plane.ended(id)).toMatchObject({ status: 'succeeded' });
  expect(await look()).toEqual(before);
});

test('a commit that never gets healthy is taken back on every backend', async () => {
  const before = await Promise.all(['one', 'two', 'three'].map(backendOn));
  const source = 'process.exit(3);\n';
  await git.repo('node-notes').commit({ 'server.js': source }, 'Break it');
  const operation = await plane.finish(startDeployment, { appId });
  expect(operation.status).toBe('failed');
  expect(operation.error?.code).toMatch(/start-failed|never-healthy/);
  const after = await Promise.all(['one', 'two', 'three'].map(backendOn));
  expect(after.map(({ colour, releaseId, state }) => [colour, releaseId, state])).toEqual(
    before.map(({ colour, releaseId }) => [colour, releaseId, 'active']),
  );
  for (const machine of lab.machines) {
    const running = await machine.run('systemctl list-units --plain --no-legend "fairlead-notes@*" | wc -l');
    expect(Number(running)).toBe(1);
  }
});

test('somebody else’s broken file is named, and the old balancing goes on', async () => {
  const machine = lab.machine('one');
  const before = await front();
  await machine.writeFile('/etc/nginx/conf.d/theirs.conf', 'server { listen ; }\n');
  const { id: backendId } = await backendOn('two');
  const operation = await plane.finish(toggleBackend, { appId, backendId, enabled: false });
  expect(operation).toMatchObject({
    status: 'failed',
    error: { code: 'nginx-foreign-fault', server: 'one' },
  });
  expect(JSON.stringify(operation.error)).toContain('theirs.conf');
  expect(await front()).toBe(before);
  expect(await balancer()).toMatchObject({ status: 'failed' });
  await machine.run('rm /etc/nginx/conf.d/theirs.conf');
  await retry(operation);
  expect(await balancer()).toMatchObject({ status: 'on' });
  await plane.succeed(toggleBackend, { appId, backendId, enabled: true });
});

test('a server that can not be reached is left for later, and shut out at once', async () => {
  const { id: backendId } = await backendOn('three');
  // What a cut line does to requests that are under way is not Fairlead's doing: nobody is sent there any more.
  await plane.succeed(toggleBackend, { appId, backendId, enabled: false });
  await lab.machine('three').partition();
  const operation = await plane.finish(removeBackend, { appId, backendId });
  expect(operation.status).toBe('failed');
  expect(operation.error?.code).toMatch(/^connection-/);
  expect(await failedSteps(operation)).toEqual(['retire']);
  expect(await front()).not.toContain(lab.machine('three').address);
  expect(await balancer()).toMatchObject({ status: 'on' });
  await lab.machine('three').heal();
  await retry(operation);
  expect(await plane.database.prisma.backend.count({ where: { id: backendId } })).toBe(0);
  expect(await lab.machine('three').run('ls /srv/fairlead')).not.toContain('notes');
});

test('a taken port is told before anybody is sent there', async () => {
  await lab.machine('three').run('systemd-run --unit squatter nc -lk 20000');
  const operation = await plane.finish(addBackend, { appId, serverId: serverNamed('three').id });
  expect(operation).toMatchObject({ status: 'failed', error: { code: 'port-taken', server: 'three' } });
  expect(await balancer()).toMatchObject({ status: 'on' });
  expect((await backendOn('three')).state).toBe('failed');
  expect((await backendOn('two')).state).toBe('active');
  await lab.machine('three').run('systemctl stop squatter');
  await retry(operation);
  expect((await backendOn('three')).state).toBe('active');
});

test('a backend whose server is gone is forgotten when somebody says so, and may come back', async () => {
  const { id: backendId } = await backendOn('three');
  await plane.succeed(toggleBackend, { appId, backendId, enabled: false });
  await lab.machine('three').partition();
  await plane.succeed(removeBackend, { appId, backendId, abandon: true });
  expect(await plane.database.prisma.backend.count({ where: { id: backendId } })).toBe(0);
  expect(await front()).not.toContain(lab.machine('three').address);
  await lab.machine('three').heal();
  await plane.succeed(addBackend, { appId, serverId: serverNamed('three').id });
  expect((await backendOn('three')).state).toBe('active');
});

test('through all of it visitors were served', async () => {
  const report = await traffic.stop();
  expect(report.failures).toEqual([]);
  expect(report.requests).toBeGreaterThan(1_000);
});
