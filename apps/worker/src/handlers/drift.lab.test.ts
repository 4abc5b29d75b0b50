import {
  adoptDrift,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  listDrift,
  putBack,
  readLoadBalancer,
  startDeployment,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import { Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { prepareFleet } from '../../testing/lab-fleet.ts';
import { startTraffic, type Traffic } from '../../testing/traffic.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const domain = 'notes.example.com';
const minuteMs = 60_000;
const front = '/etc/nginx/fairlead/http/notes.front.conf';
const hba = '/etc/postgresql/15/main/pg_hba.conf';
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let servers: Server[];
let appId: string;
let traffic: Traffic;

beforeAll(async () => {
  plane = await startTestControlPlane();
  const machines = ['one', 'two'].map((name) => ({ name, image: 'stocked' as const }));
  lab = await Lab.up({ name: 'drift', slot: 35, machines });
  const git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  servers = await prepareFleet(plane, lab.machines, ['postgresql']);
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
    primaryServerId: servers[0]?.id,
    databaseEngine: 'postgresql',
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(enableLoadBalancer, {
    appId,
    serverIds: [servers[1]?.id],
    acknowledged: checklistKeys,
  });
  const { address } = lab.machine('one');
  traffic = startTraffic({ address, host: domain, path: '/whoami', postPath: '/notes' });
});
afterAll(async () => {
  await traffic?.stop();
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const open = async () => (await listDrift(plane.ctx, plane.actor, { appId })).items;
const found = (kind: string) =>
  until(
    `a ${kind} that was changed by hand`,
    async () => (await open()).find((item) => item.kind === kind),
    minuteMs,
  );
const textOf = (path: string) => lab.machine('one').run(`cat ${path}`);

test('finds nothing where nobody changed anything', async () => {
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  expect(await open()).toEqual([]);
});

test('finds an edited file, flushed rules and a database line within a minute, with both sides', async () => {
  await Promise.all([
    lab.machine('one').run(`sed -i s/max_fails=1/max_fails=9/ ${front}`),
    lab.machine('two').run('nft flush chain inet fairlead input'),
    lab.machine('one').run(`sed -i '/^# fairlead begin/a host all all 0.0.0.0/0 trust' ${hba}`),
  ]);
  const [file, rule, grant] = await Promise.all([found('file'), found('rule'), found('grant')]);
  expect(file).toMatchObject({ subject: front, server: { name: 'one' } });
  expect(file.diff).toMatch(/^-.*max_fails=1.*$/m);
  expect(file.diff).toMatch(/^\+.*max_fails=9.*$/m);
  expect(rule).toMatchObject({ subject: 'firewall', server: { name: 'two' }, actual: '' });
  expect(rule.expected).toContain(`port 20000 open to ${lab.machine('one').address}`);
  expect(grant).toMatchObject({ subject: 'postgresql', server: { name: 'one' } });
  expect(grant.diff).toMatch(/^\+host all all 0\.0\.0\.0\/0 trust$/m);
});

test('puts all of it back, and says that it is gone', async () => {
  await plane.succeed(putBack, { appId });
  const { content } = await plane.database.prisma.appliedConfig.findFirstOrThrow({
    where: { loadBalancer: { appId } },
    orderBy: { generation: 'desc' },
  });
  expect(await textOf(front)).toBe(content);
  expect(await textOf(hba)).not.toContain('0.0.0.0/0 trust');
  const rules = await lab.machine('two').run('nft list table inet fairlead');
  expect(rules).toMatch(/tcp dport 20000 ip saddr .* accept/);
  await until('nothing left', async () => (await open()).length === 0, minuteMs);
});

test('adopts what somebody wrote into the front: settings as settings, the rest in the snippet', async () => {
  const address = '127.0.0.1';
  await lab.machine('one').run(`sed -i s/max_fails=1/max_fails=7/ ${front}`);
  await lab.machine('one').run(`sed -i '$ s/^}/    location = \\/teapot { return 418; }\\n}/' ${front}`);
  const file = await until(
    'an edited front with a line of its own',
    async () => (await open()).find(({ actual }) => actual?.includes('teapot')),
    minuteMs,
  );
  expect(file.adoptable).toBe(true);
  await plane.succeed(adoptDrift, { appId, driftId: file.id });
  const { backends, http } = await readLoadBalancer(plane.ctx, plane.actor, { appId });
  expect(backends.map(({ maxFails }) => maxFails)).toEqual([7, 7]);
  expect(http.snippet).toContain('location = /teapot');
  const status = `curl -s -o /dev/null -w '%{http_code}' -H 'Host: ${domain}' http://${address}/teapot`;
  expect(await lab.machine('one').run(status)).toBe('418');
  await until('nothing left', async () => (await open()).length === 0, minuteMs);
});

test('no request was lost over all of it', async () => {
  const report = await traffic.stop();
  expect(report.requests).toBeGreaterThan(100);
  expect(report.failures).toEqual([]);
});
