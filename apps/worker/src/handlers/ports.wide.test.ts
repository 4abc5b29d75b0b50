import {
  checklistKeys,
  configureBackend,
  createApp,
  enableLoadBalancer,
  startDeployment,
} from '@fairlead/core';
import type { Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  closelyMs,
  startTestControlPlane,
  type TestControlPlane,
  until,
} from '../../testing/control-plane.ts';
import { answersOn, doorsOf } from '../../testing/doors.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { startTraffic, type Traffic } from '../../testing/traffic.ts';
import { spawnWorker } from '../../testing/worker-process.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const domain = 'notes.example.com';
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let appId: string;
let appPort: number;
let backendId: string;
let primaryId: string;
let traffic: Traffic;

const startWorker = () => startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(59, ['one', 'two']);
  const git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await startWorker();
  const [one, two] = await prepareFleet(plane, lab.machines);
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Notes',
    repositoryUrl: git.repo('node-notes').url,
    runtime: 'node',
    installCommand: 'npm ci --omit=dev',
    startCommand: 'node server.js',
    domains: [domain],
    healthPath: '/whoami',
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    primaryServerId: one?.id,
  });
  appId = app.id;
  appPort = app.port;
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(enableLoadBalancer, { appId, serverIds: [two?.id], acknowledged: checklistKeys });
  const backends = await plane.database.prisma.backend.findMany({ where: { appId } });
  backendId = backends.find(({ role }) => role === 'replica')?.id ?? '';
  primaryId = backends.find(({ role }) => role === 'primary')?.id ?? '';
  traffic = startTraffic({ address: lab.machine('one').address, host: domain, path: '/whoami' });
});
afterAll(async () => {
  await traffic?.stop();
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const move = (port: number | null, id = backendId) =>
  plane.succeed(configureBackend, { appId, backendId: id, port });
const rowOf = (id: string) => plane.database.prisma.backend.findUniqueOrThrow({ where: { id } });
const doors = (machine: string) => doorsOf(lab.machine(machine));
const upstream = async (machine: string) => {
  const file = await lab.machine('one').run('cat /etc/nginx/fairlead/http/notes.front.conf');
  return new RegExp(`server ${lab.machine(machine).address}:(\\d+)`).exec(file)?.[1];
};
const serves = (machine: string) => answersOn(traffic, machine);

test('a backend moves to a port of its own: open, asked there, and the old one closed', async () => {
  expect(await doors('two')).toEqual({ listens: [appPort], admits: [appPort] });
  const operation = await move(8080);
  const steps = await plane.database.prisma.step.findMany({
    where: { operationId: operation.id },
    orderBy: { position: 'asc' },
  });
  expect(steps.map(({ key }) => key.replace(backendId, 'two'))).toEqual([
    'firewall',
    'file:two',
    'probe:two',
    'apply',
    `drain:two:${appPort}`,
    'close',
  ]);
  expect(await doors('two')).toEqual({ listens: [8080], admits: [8080] });
  expect([await upstream('two'), await upstream('one')]).toEqual(['8080', String(appPort)]);
  await serves('two');
  await until('a healthy look at the new port', async () => (await rowOf(backendId)).health === 'healthy');
});

test('deployments and the primary’s own move go on from there', async () => {
  await plane.succeed(startDeployment, { appId });
  expect(await doors('two')).toEqual({ listens: [8080], admits: [8080] });
  await move(8081, primaryId);
  expect(await upstream('one')).toBe('8081');
  await serves('one');
});

test('a port that somebody else has on that server leaves everything as it was, and can be taken up again', async () => {
  const { address } = lab.machine('two');
  await lab
    .machine('two')
    .run(`systemd-run --quiet --unit=squatter python3 -m http.server 9090 --bind ${address}`);
  await until('the squatter', async () => (await doors('two')).listens.includes(9090));
  const { operation } = await configureBackend(plane.ctx, plane.actor, { appId, backendId, port: 9090 });
  expect(await plane.ended(operation.id)).toMatchObject({ status: 'failed', error: { code: 'port-taken' } });
  expect(await upstream('two')).toBe('8080');
  expect(await rowOf(backendId)).toMatchObject({ port: 9090, openPorts: [8080] });
  // Another change meanwhile leads nobody to the port that is not open.
  await plane.succeed(configureBackend, { appId, backendId: primaryId, weight: 2 });
  expect(await upstream('two')).toBe('8080');
  await serves('two');
  await lab.machine('two').run('systemctl stop squatter');
  await move(9090);
  expect(await doors('two')).toEqual({ listens: [9090], admits: [9090] });
});

test.each(['file', 'apply', 'close'])(
  'a worker that dies as %s begins leaves no port open and no request lost',
  async (kind) => {
    const port = { file: 9101, apply: 9102, close: 9103 }[kind] ?? 0;
    await worker.stop();
    const first = await spawnWorker(plane.env);
    const { operation } = await configureBackend(plane.ctx, plane.actor, { appId, backendId, port });
    const begun = { operationId: operation.id, key: { startsWith: kind }, startedAt: { not: null } };
    await until(
      `the step ${kind}`,
      async () => (await plane.database.prisma.step.count({ where: begun })) > 0,
      30_000,
      closelyMs,
    );
    await first.kill();
    worker = await startWorker();
    expect(await plane.ended(operation.id)).toMatchObject({ status: 'succeeded' });
    expect(await doors('two')).toEqual({ listens: [port], admits: [port] });
    expect(await rowOf(backendId)).toMatchObject({ port, openPorts: [] });
  },
);

test('back to the app’s port, and through all of it no visitor met an error', async () => {
  await move(null);
  await move(null, primaryId);
  expect(await doors('two')).toEqual({ listens: [appPort], admits: [appPort] });
  expect([await upstream('two'), await upstream('one')]).toEqual([String(appPort), String(appPort)]);
  const { failures, requests } = await traffic.stop();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(400);
});
