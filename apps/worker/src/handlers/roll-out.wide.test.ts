import {
  cancelOperation,
  changeEnvironment,
  changeLoadBalancer,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  type OperationView,
  retryOperation,
  startDeployment,
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
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const domain = 'notes.example.com';
let names = ['one', 'two', 'three'];
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let git: GitServer;
let servers: Server[];
let appId: string;
let traffic: Traffic;

/** A release that says who answers; `sick` names a server on which it fails whatever comes through Nginx, `first` is done before it listens. */
const source = (version: string, sick = '', first = '') => `
${first}
const { FAIRLEAD_SERVER: server, PORT, HOST } = process.env;
require('node:http').createServer((request, response) => {
  const isSick = server === '${sick}' && request.headers['x-forwarded-for'] !== undefined;
  response.writeHead(isSick ? 500 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ server, version: '${version}' }));
}).listen(PORT, HOST);
`;
const push = (version: string, sick?: string, first?: string) =>
  git.repo('node-notes').commit(
    {
      'server.js': source(version, sick, first),
      'package.json': '{"name": "notes", "private": true}\n',
      'package-lock.json': '{"name": "notes", "lockfileVersion": 3, "packages": {}}\n',
    },
    version,
  );
const change = (settings: object) => updateApp(plane.ctx, plane.actor, { appId, ...settings });
const serverNamed = (name: string) => {
  const server = servers.find((one) => one.name === name);
  if (server === undefined) throw new Error(`no server ${name}`);
  return server;
};
const backendOn = (name: string) =>
  plane.database.prisma.backend.findFirstOrThrow({ where: { appId, serverId: serverNamed(name).id } });
/** What each backend answers to the balancer. */
const versions = () =>
  Promise.all(
    names.map(async (name) => {
      const { address } = await backendOn(name);
      const text = await lab.machine('one').run(`curl -s http://${address}:20000/whoami`);
      return (JSON.parse(text) as { version: string }).version;
    }),
  );
const stepsOf = (operation: OperationView) =>
  plane.database.prisma.step.findMany({
    where: { operationId: operation.id, startedAt: { not: null } },
    orderBy: [{ startedAt: 'asc' }, { position: 'asc' }],
  });
const processesOn = async (name: string) =>
  Number(
    await lab
      .machine(name)
      .run('systemctl list-units --plain --no-legend --state=running "fairlead-notes@*" | wc -l'),
  );

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(74, names);
  git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await startWorkerProcess(plane.env, createLog('silent'));
  servers = await prepareFleet(plane, lab.machines);
  await push('first');
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Notes',
    repositoryUrl: git.repo('node-notes').url,
    runtime: 'node',
    startCommand: 'node server.js',
    domains: [domain],
    healthPath: '/whoami',
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    primaryServerId: serverNamed('one').id,
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(enableLoadBalancer, {
    appId,
    serverIds: [serverNamed('two').id, serverNamed('three').id],
    acknowledged: checklistKeys,
  });
  // They switch in this order.
  const backends = await plane.database.prisma.backend.findMany({
    where: { appId },
    orderBy: [{ role: 'asc' }, { id: 'asc' }],
    include: { server: true },
  });
  names = backends.map(({ server }) => server.name);
  traffic = startTraffic({ address: lab.machine('one').address, host: domain, path: '/whoami' });
});
afterAll(async () => {
  await traffic?.stop();
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

test('one backend after the other switches, the others untouched', async () => {
  await push('second');
  const operation = await plane.succeed(startDeployment, { appId });
  const steps = await stepsOf(operation);
  const rolling = steps.filter(({ key }) => /^(batch|switch):/.test(key));
  expect(rolling.map(({ key }) => key.split(':')[0])).toEqual(Array(3).fill(['batch', 'switch']).flat());
  for (const [index, step] of rolling.entries()) {
    const before = rolling[index - 1]?.finishedAt ?? new Date(0);
    expect(step.startedAt?.getTime()).toBeGreaterThanOrEqual(before.getTime());
  }
  expect(rolling[0]?.detail).toBe('one: 3 of 3 enabled backends answer the balancer well, 1 stay untouched.');
  expect(rolling[1]?.detail).toMatch(/2 times in a row within \d+ ms\.$/);
  expect(await versions()).toEqual(['second', 'second', 'second']);
});

test('where the second fails, the first goes back to the release before', async () => {
  await push('third', names[1]);
  const operation = await plane.finish(startDeployment, { appId });
  expect(operation).toMatchObject({ status: 'failed', error: { code: 'never-healthy', server: names[1] } });
  const back = (await stepsOf(operation)).filter(({ key }) => key.startsWith('put-back:'));
  expect(back.map(({ title }) => title.split(' ').at(-1))).toEqual(names.slice(0, 2));
  expect(await versions()).toEqual(['second', 'second', 'second']);
  expect(await Promise.all(names.map(processesOn))).toEqual([1, 1, 1]);
});

test('told to stop there, those that had switched stay', async () => {
  await change({ rolloutFailure: 'stop' });
  await plane.finish(startDeployment, { appId });
  expect(await versions()).toEqual(['third', 'second', 'second']);
  expect(await Promise.all(names.map(processesOn))).toEqual([1, 1, 1]);
  await change({ rolloutFailure: 'put-back' });
});

test('a floor that can not be kept is told: before it starts, or where it stands', async () => {
  await push('fourth');
  await change({ rolloutFloor: 3 });
  await expect(startDeployment(plane.ctx, plane.actor, { appId })).rejects.toMatchObject({
    code: 'conflict',
  });
  await change({ rolloutFloor: 2, rolloutBatch: 0 });
  const operation = await plane.succeed(startDeployment, { appId });
  const batches = (await stepsOf(operation)).filter(({ key }) => key.startsWith('batch:'));
  expect(batches).toHaveLength(3);
  expect(await versions()).toEqual(['fourth', 'fourth', 'fourth']);
  await change({ rolloutFloor: 1, rolloutBatch: 1 });
});

const commandStep = async (operation: OperationView) =>
  (await stepsOf(operation)).find(({ key }) => key === 'command');
const runs = async () =>
  (await lab.machine('one').run('cat /srv/fairlead/notes/shared/runs 2>/dev/null || true'))
    .trim()
    .split('\n');

test('the release command runs once for each release, in it, on the primary, before anybody switches', async () => {
  await changeEnvironment(plane.ctx, plane.actor, { appId, set: { GREETING: 'hello' }, unset: [] });
  await push('fifth');
  const record = 'echo "$GREETING $(pwd) $(id -un)" | tee -a /srv/fairlead/notes/shared/runs';
  // The first time it fails, having done something.
  await change({ releaseCommand: `${record}; exit 3` });
  const failed = await plane.finish(startDeployment, { appId });
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'command-failed', server: 'one' } });
  expect((await stepsOf(failed)).some(({ key }) => /^(release|switch):/.test(key))).toBe(false);
  expect(await versions()).toEqual(['fourth', 'fourth', 'fourth']);

  await change({ releaseCommand: record });
  await plane.succeed(retryOperation, { operationId: failed.id });
  const build = await lab.machine('one').run('readlink -f /srv/fairlead/notes/current');
  expect(await runs()).toEqual(Array(2).fill(`hello ${build.trim()} fl-notes`));
  const lines = await plane.database.prisma.logLine.findMany({ where: { step: { key: 'command' } } });
  expect(lines.some(({ text }) => text.includes('/srv/fairlead/notes/releases/'))).toBe(true);

  const again = await plane.succeed(startDeployment, { appId });
  expect(await commandStep(again)).toMatchObject({
    status: 'skipped',
    detail: expect.stringContaining('ran for this build'),
  });
  const older = await plane.database.prisma.deployment.findFirstOrThrow({
    where: { appId, status: 'superseded' },
    orderBy: { number: 'asc' },
  });
  const rollback = await plane.succeed(startDeployment, { appId, rollbackTo: older.id });
  expect(await commandStep(rollback)).toMatchObject({
    status: 'skipped',
    detail: expect.stringContaining('rollback'),
  });
  expect(await runs()).toHaveLength(2);

  await change({ releaseCommand: 'exit 4', releaseCommandFailure: 'go-on' });
  const going = await plane.succeed(startDeployment, { appId });
  expect(await commandStep(going)).toMatchObject({
    status: 'succeeded',
    detail: expect.stringContaining('say to go on'),
  });
  await change({ releaseCommand: record, releaseCommandFailure: 'stop' });
});

/** Every boundary takes a deployment: asked for by hand. Otherwise those at which most is half done. */
const boundaries =
  process.env.FAIRLEAD_TEST_CANCELS === 'every' ? null : ['command', 'release', 'batch:2', 'finish'];

test('cancelled wherever a step begins, every backend serves what it served', async () => {
  const { prisma } = plane.database;
  const cancelled: string[] = [];
  for (let round = 1; ; round += 1) {
    await push(`round ${round}`);
    const { operation } = await startDeployment(plane.ctx, plane.actor, { appId });
    const begun = await until(
      'a step that was not cancelled at before',
      async () => {
        const { status } = await prisma.operation.findUniqueOrThrow({ where: { id: operation.id } });
        if (status !== 'queued' && status !== 'running') return 'ended';
        const keys = (await stepsOf(operation)).map(({ key }) => boundaryOf(key));
        return keys.find(
          (key) => !cancelled.includes(key) && (boundaries === null || boundaries.includes(key)),
        );
      },
      120_000,
      closelyMs,
    );
    if (begun === 'ended') {
      expect((await plane.ended(operation.id)).status).toBe('succeeded');
      expect(await versions()).toEqual(names.map(() => `round ${round}`));
      break;
    }
    cancelled.push(begun);
    await cancelOperation(plane.ctx, plane.actor, { operationId: operation.id }).catch(() => undefined);
    const { status } = await plane.ended(operation.id);
    const served = await versions();
    expect(new Set(served).size, `${begun}, ${status}: ${served}`).toBe(1);
    await until(`one process each after ${begun}`, async () =>
      (await Promise.all(names.map(processesOn))).every((n) => n === 1),
    );
  }
  console.log(`cancelled at ${cancelled.join(', ')}`);
  expect(cancelled).toEqual(expect.arrayContaining(boundaries ?? ['resolve', 'switch', 'prune']));
});

/** Batches differ: what was switched before them has to go back. */
const boundaryOf = (key: string) => (key.startsWith('batch:') ? key : (key.split(':')[0] ?? key));

test('limits hold for what a deployment starts, and who is killed for memory is told of', async () => {
  await change({ memoryMib: 160, cpuPercent: 150, tasks: 200 });
  await push(
    'hungry',
    undefined,
    'const all = []; while (all.length < 40) all.push(Buffer.alloc(2 ** 24, 1));',
  );
  const killed = await plane.finish(startDeployment, { appId });
  expect(killed).toMatchObject({ status: 'failed', error: { code: 'start-failed' } });
  expect(killed.error?.message).toMatch(/^The app was killed.* for memory: its limit is 160 MiB\.$/);

  await push('modest');
  await plane.succeed(startDeployment, { appId });
  const { colour } = await backendOn('one');
  const show = 'systemctl show -p MemoryMax,CPUQuotaPerSecUSec,TasksMax';
  expect(await lab.machine('one').run(`${show} fairlead-notes@${colour}`)).toBe(
    `CPUQuotaPerSecUSec=1.500000s\nMemoryMax=${160 * 2 ** 20}\nTasksMax=200\n`,
  );
  const usage = await until('its memory', async () => {
    const { memoryMib, restarts } = await backendOn('two');
    return memoryMib !== null && { memoryMib, restarts };
  });
  expect(usage).toEqual({ memoryMib: expect.any(Number), restarts: 0 });
  await change({ memoryMib: null, cpuPercent: null, tasks: null });
});

test('led past while it switches, a backend comes back by steps before the next one leaves', async () => {
  await change({ rolloutDrain: true });
  await plane.succeed(changeLoadBalancer, { appId, slowStartSeconds: 3 });
  await push('by steps');
  const operation = await plane.succeed(startDeployment, { appId });
  const steps = await stepsOf(operation);
  const kinds = steps.map(({ key }) => key.split(':')[0] ?? '');
  const around = ['batch', 'past', 'drain', 'switch', 'back', 'ramp'];
  expect(kinds.filter((kind) => around.includes(kind))).toEqual(Array(3).fill(around).flat());
  const ofDeployment = await plane.database.prisma.appliedConfig.findMany({
    where: { operationId: operation.id },
    orderBy: { generation: 'asc' },
  });
  for (const { content } of ofDeployment) expect(content.match(/ down;/g)?.length ?? 0).toBeLessThan(2);
  expect(ofDeployment.some(({ content }) => / weight=\d/.test(content))).toBe(true);
  expect(await versions()).toEqual(Array(3).fill('by steps'));

  await push('sick', names[1]);
  expect((await plane.finish(startDeployment, { appId })).status).toBe('failed');
  expect(await versions()).toEqual(Array(3).fill('by steps'));
  const front = await lab.machine('one').readFile('/etc/nginx/fairlead/http/notes.front.conf');
  expect(front).not.toContain(' down;');
  await change({ rolloutDrain: false });
  await plane.succeed(changeLoadBalancer, { appId, slowStartSeconds: 0 });
});

test('through all of it visitors were served', async () => {
  const report = await traffic.stop();
  // The release that is sick behind Nginx answers 500 until it is put back.
  const unexpected = report.failures.filter((failure) => !failure.includes('500'));
  expect(unexpected).toEqual([]);
  expect(report.requests).toBeGreaterThan(1_000);
});

test('a backend that was away during a deployment gets no visitors before it has the release', async () => {
  const { prisma } = plane.database;
  const away = names[2] ?? '';
  const { address, id } = await backendOn(away);
  await lab.machine(away).partition();
  const commit = await push('while away');
  const operation = await plane.succeed(startDeployment, { appId });
  const reach = (await stepsOf(operation)).find(({ key }) => key === 'reach');
  expect(reach?.detail).toContain(`Without ${away}`);
  const front = () => lab.machine('one').readFile('/etc/nginx/fairlead/http/notes.front.conf');
  expect(await front()).toMatch(new RegExp(`server ${address}:20000[^;]* down;`));
  expect(await backendOn(away)).toMatchObject({ heldBack: 'behind', state: 'active' });
  await lab.machine(away).heal();
  await until('the end of its way back', async () => (await backendOn(away)).heldBack === null, 120_000);
  const catchUp = await prisma.operation.findFirstOrThrow({
    where: { kind: 'backend.catch-up', backendId: id },
  });
  expect((await plane.ended(catchUp.id)).status).toBe('succeeded');
  expect(await versions()).toEqual(Array(3).fill('while away'));
  expect(await front()).not.toContain('down');
  const live = await prisma.release.findMany({ where: { status: 'live', backend: { appId } } });
  expect(live.map((release) => release.commit)).toEqual(Array(3).fill(commit));
  // Nothing led to it between: the first front that names it without `down` came after its release.
  const release = await prisma.release.findFirstOrThrow({ where: { backendId: id, status: 'live' } });
  const newest = await prisma.appliedConfig.findFirstOrThrow({ orderBy: { generation: 'desc' } });
  expect(newest.appliedAt.getTime()).toBeGreaterThanOrEqual(release.finishedAt?.getTime() ?? Infinity);
});
