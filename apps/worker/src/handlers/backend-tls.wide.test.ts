import {
  addBackend,
  backendAuthority,
  changeLoadBalancer,
  checklistKeys,
  configureBackend,
  createApp,
  disableLoadBalancer,
  enableLoadBalancer,
  finishMove,
  listDrift,
  moveLoadBalancer,
  putBack,
  removeApp,
  removeBackend,
  restoreLoadBalancer,
  startDeployment,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import type { Lab } from '@fairlead/lab';
import { issueCertificate, makeAuthority } from '@fairlead/remote/authority';
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
const directory = '/etc/fairlead/certificates';
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let servers: Server[];
let appId: string;
let plainPort: number;
let traffic: Traffic;

const startWorker = () => startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(63, ['one', 'two', 'three']);
  const git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await startWorker();
  servers = await prepareFleet(plane, lab.machines);
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
    primaryServerId: servers[0]?.id,
  });
  appId = app.id;
  plainPort = app.port;
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(enableLoadBalancer, {
    appId,
    serverIds: [servers[1]?.id],
    acknowledged: checklistKeys,
  });
  traffic = startTraffic({ address: lab.machine('one').address, host: domain, path: '/whoami' });
});
afterAll(async () => {
  await traffic?.stop();
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const tlsPort = () => plainPort + 5_000;
const encrypt = (enabled: boolean) => plane.finish(changeLoadBalancer, { appId, backendTls: { enabled } });
const balancer = () => plane.database.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } });
const backendOf = async (index: number) =>
  plane.database.prisma.backend.findFirstOrThrow({ where: { appId, serverId: servers[index]?.id ?? '' } });
const sh = async (machine: string, line: string) => (await lab.machine(machine).run(line)).trim();

const doors = (machine: string) => doorsOf(lab.machine(machine));
const only = (port: number) => ({ listens: [port], admits: [port] });
const trusted = async (machine: string) => sh(machine, `ls ${directory}/notes 2>/dev/null || true`);
const shown = async (machine: string) => sh(machine, `ls ${directory}/notes.backend 2>/dev/null || true`);
const answersOf = (machine: string) => traffic.report.answers[machine] ?? 0;
const serves = (machine: string) => answersOn(traffic, machine);
async function healthOf(index: number, health: string) {
  return until(`${health}`, async () => {
    const row = await backendOf(index);
    return row.health === health && row;
  });
}

test('traffic to the backends is encrypted: opened beside, looked at by TLS, asked there, and the plain port closed', async () => {
  expect(await doors('two')).toEqual(only(plainPort));
  const operation = await encrypt(true);
  expect(operation).toMatchObject({ status: 'succeeded', error: null });
  const steps = await plane.database.prisma.step.findMany({
    where: { operationId: operation.id },
    orderBy: { position: 'asc' },
  });
  expect([...new Set(steps.map(({ key }) => key.split(':')[0]))]).toEqual([
    'firewall',
    'file',
    'probe',
    'apply',
    'verify',
    'drain',
    'shut',
    'close',
  ]);
  expect(await balancer()).toMatchObject({ backendWay: 'tls', status: 'on' });
  for (const machine of ['one', 'two']) {
    expect(await doors(machine)).toEqual(only(tlsPort()));
    await serves(machine);
    const files = await sh(machine, `stat -c '%a %U %n' ${directory}/notes.backend/*`);
    expect(files.split('\n').map((line) => line.replace(/ \S+\/[0-9a-f]{64}/, ' '))).toEqual([
      '600 root .key',
      '600 root .pem',
    ]);
  }
  expect(await trusted('one')).toMatch(/^[0-9a-f]{64}\.pem$/);
  const front = await sh('one', 'cat /etc/nginx/fairlead/http/notes.front.conf');
  expect(front).toContain('proxy_pass https://');
  expect(front).not.toContain('proxy_pass http://');
  await healthOf(0, 'healthy');
  await healthOf(1, 'healthy');
});

test('what goes over the network is TLS, by the name and the certificate of this backend', async () => {
  const { address } = lab.machine('two');
  const ask = `openssl s_client -connect ${address}:${tlsPort()} -CAfile ${directory}/notes/*.pem -servername notes.backend.fairlead.internal -verify_hostname notes.backend.fairlead.internal -verify_return_error </dev/null 2>&1`;
  expect(await sh('one', ask)).toContain('Verification: OK');
  expect(
    await sh('one', `curl -s -o /dev/null -w '%{http_code}' http://${address}:${tlsPort()}/whoami`),
  ).toBe('400');
  // The firewall lets in the balancer alone.
  expect(
    await sh(
      'three',
      `curl -sk -m 2 -o /dev/null -w '%{http_code}' https://${address}:${tlsPort()}/ || true`,
    ),
  ).toBe('000');
});

test('a deployment, a new backend and its removal go the same way', async () => {
  await plane.succeed(startDeployment, { appId });
  expect(await doors('two')).toEqual(only(tlsPort()));
  await plane.succeed(addBackend, { appId, serverId: servers[2]?.id });
  expect(await doors('three')).toEqual(only(tlsPort()));
  await serves('three');
  const { id } = await backendOf(2);
  await plane.succeed(removeBackend, { appId, backendId: id, abandon: false });
  expect(await doors('three')).toEqual({ listens: [], admits: [] });
  expect(await shown('three')).toBe('');
  expect(await sh('three', `ls ${directory}`)).toBe('');
  expect(await plane.database.prisma.backendCertificate.count()).toBe(2);
});

test.each([
  ['another authority’s', /not of the authority/, false],
  ['one that has ended', /has ended/, true],
])(
  'a backend that shows %s is unhealthy with the reason, gets no request, and is put right',
  async (_, reason, isOurs) => {
    const { prisma } = plane.database;
    const row = await prisma.backendAuthority.findUniqueOrThrow({ where: { appId } });
    const now = new Date();
    const past = new Date(now.getTime() - 100 * 86_400_000);
    const own = await backendAuthority(
      plane.ctx,
      { id: appId, organizationId: plane.actor.organizationId },
      async () => {
        throw new Error('it has one');
      },
    );
    const by = isOurs
      ? { certificate: row.certificate, key: own.key.reveal() }
      : await makeAuthority('Fairlead backends of notes', now);
    const wrong = await issueCertificate(by, ['notes.backend.fairlead.internal'], isOurs ? past : now);
    await sh(
      'two',
      `cd ${directory}/notes.backend && cat > $(ls *.pem) <<'END'\n${wrong.certificate}END\ncd ${directory}/notes.backend && cat > $(ls *.key) <<'END'\n${wrong.key}END\nsystemctl reload nginx`,
    );
    expect((await healthOf(1, 'unhealthy')).healthReason).toMatch(reason);
    const before = answersOf('two');
    await serves('one');
    expect(answersOf('two') - before).toBeLessThan(3);
    const differences = await until('the drift', async () => {
      const { items } = await listDrift(plane.ctx, plane.actor, { appId });
      return items.length >= 2 && items;
    });
    expect(JSON.stringify(differences)).not.toContain('PRIVATE KEY');
    await plane.succeed(putBack, { appId });
    await healthOf(1, 'healthy');
    await serves('two');
  },
);

test('certificates are renewed in the name of Fairlead before they end', async () => {
  const { prisma } = plane.database;
  const before = await shown('two');
  const soon = new Date(Date.now() + 20 * 86_400_000);
  await prisma.backendCertificate.updateMany({ data: { notAfter: soon } });
  await until('another certificate', async () => (await shown('two')) !== before, 60_000);
  await until('the end of it', async () => {
    const open = await prisma.operation.count({ where: { appId, status: { in: ['queued', 'running'] } } });
    return open === 0;
  });
  const operation = await prisma.operation.findFirstOrThrow({ where: { appId }, orderBy: { id: 'desc' } });
  expect(operation).toMatchObject({ status: 'succeeded', actorName: 'Fairlead', actorId: null });
  const rows = await prisma.backendCertificate.findMany();
  expect(rows.every(({ notAfter }) => notAfter > new Date(Date.now() + 80 * 86_400_000))).toBe(true);
  await serves('two');
});

test('the balancer moves, and asks by TLS from where it is', async () => {
  expect((await traffic.stop()).failures).toEqual([]);
  await plane.succeed(moveLoadBalancer, { appId, serverId: servers[2]?.id });
  expect(await trusted('three')).toBe(await trusted('one'));
  const code = `curl -s -o /dev/null -w '%{http_code}' -H 'Host: ${domain}' http://127.0.0.1/whoami`;
  expect(await sh('three', code)).toBe('200');
  await plane.succeed(finishMove, { appId, abandon: false, confirm: true });
  expect(await trusted('one')).toBe('');
  await plane.succeed(moveLoadBalancer, { appId, serverId: servers[0]?.id });
  await plane.succeed(finishMove, { appId, abandon: false, confirm: true });
  expect(await trusted('three')).toBe('');
  traffic = startTraffic({ address: lab.machine('one').address, host: domain, path: '/whoami' });
  await serves('two');
});

test('an earlier generation is restored, and the way to the backends stays', async () => {
  const { observedGeneration: generation } = await balancer();
  await plane.succeed(configureBackend, { appId, backendId: (await backendOf(1)).id, weight: 3 });
  await plane.succeed(restoreLoadBalancer, { appId, generation });
  expect(await backendOf(1)).toMatchObject({ weight: 1 });
  expect(await balancer()).toMatchObject({ backendWay: 'tls' });
  expect(await doors('two')).toEqual(only(tlsPort()));
  await serves('two');
});

test('back to plain HTTP and on again, killed on the way, and no visitor met an error', async () => {
  expect(await encrypt(false)).toMatchObject({ status: 'succeeded', error: null });
  expect(await balancer()).toMatchObject({ backendWay: 'plain' });
  expect([await doors('one'), await doors('two')]).toEqual([only(plainPort), only(plainPort)]);
  expect([await shown('one'), await shown('two'), await trusted('one')]).toEqual(['', '', '']);
  for (const [kind, enabled] of [
    ['file', true],
    ['apply', false],
    ['shut', true],
  ] as const) {
    await worker.stop();
    const first = await spawnWorker(plane.env);
    const { operation } = await changeLoadBalancer(plane.ctx, plane.actor, {
      appId,
      backendTls: { enabled },
    });
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
    expect(await doors('two')).toEqual(only(enabled ? tlsPort() : plainPort));
  }
  const { failures, requests } = await traffic.stop();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(400);
});

test('a port that somebody else has leaves plain HTTP as it was, and the next try succeeds', async () => {
  await encrypt(false);
  const { address } = lab.machine('two');
  await sh(
    'two',
    `systemd-run --quiet --unit=squatter python3 -m http.server ${tlsPort()} --bind ${address}`,
  );
  await until('the squatter', async () => (await doors('two')).listens.includes(tlsPort()));
  expect(await encrypt(true)).toMatchObject({ status: 'failed', error: { code: 'port-taken' } });
  expect(await balancer()).toMatchObject({ backendWay: 'plain+tls' });
  expect(await sh('one', 'cat /etc/nginx/fairlead/http/notes.front.conf')).toContain('proxy_pass http://');
  await sh('two', 'systemctl stop squatter');
  // Given up before it turned, nothing of it stays; asked for again, it turns.
  expect(await encrypt(false)).toMatchObject({ status: 'succeeded', error: null });
  expect(await balancer()).toMatchObject({ backendWay: 'plain', status: 'on' });
  expect([await doors('one'), await doors('two')]).toEqual([only(plainPort), only(plainPort)]);
  expect(await encrypt(true)).toMatchObject({ status: 'succeeded', error: null });
  expect(await doors('two')).toEqual(only(tlsPort()));
});

test('without load balancing the primary is asked by TLS too, and with the app all is gone', async () => {
  await plane.succeed(disableLoadBalancer, { appId });
  expect(await doors('one')).toEqual(only(tlsPort()));
  expect(await sh('two', `ls ${directory}`)).toBe('');
  await plane.succeed(removeApp, { appId, confirm: 'Notes' });
  for (const machine of ['one', 'two']) {
    expect(await sh(machine, `ls ${directory} /var/lib/fairlead/certificates`)).not.toContain('notes');
    expect(await doors(machine)).toEqual({ listens: [], admits: [] });
  }
  expect(await plane.database.prisma.backendAuthority.count()).toBe(0);
});
