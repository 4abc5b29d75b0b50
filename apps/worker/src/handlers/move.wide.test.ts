import {
  checklistKeys,
  createApp,
  enableLoadBalancer,
  finishMove,
  moveLoadBalancer,
  removeApp,
  startDeployment,
  toggleBackend,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import type { Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../../testing/control-plane.ts';
import { bootLab, prepareFleet, registerMachine } from '../../testing/lab-fleet.ts';
import { startTraffic, type Traffic } from '../../testing/traffic.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const domain = 'moving.example.com';
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let appId: string;
let one: Server;
let two: Server;
let three: Server;
const traffics: Traffic[] = [];

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(43, ['one', 'two', 'three']);
  const git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  const app = async () => {
    const created = await createApp(plane.ctx, plane.actor, {
      name: 'Moving',
      repositoryUrl: git.repo('node-notes').url,
      runtime: 'node',
      installCommand: 'npm ci --omit=dev',
      buildCommand: 'node build.js',
      startCommand: 'node server.js',
      domains: [domain],
      healthPath: '/whoami',
      primaryServerId: one.id,
    });
    await plane.succeed(startDeployment, { appId: created.id });
    return created.id;
  };
  const machines = ['one', 'two'].map((name) => lab.machine(name));
  [[one, two], three] = (await Promise.all([
    prepareFleet(plane, machines),
    registerMachine(plane, lab.machine('three')),
  ])) as [[Server, Server], Server];
  appId = await app();
  await plane.succeed(enableLoadBalancer, { appId, serverIds: [two.id], acknowledged: checklistKeys });
});
afterAll(async () => {
  await Promise.all(traffics.map((traffic) => traffic.stop()));
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const visit = (machine: string) => {
  const traffic = startTraffic({ address: lab.machine(machine).address, host: domain, path: '/whoami' });
  traffics.push(traffic);
  return traffic;
};
const shell = async (machine: string, script: string) =>
  (await lab.machine(machine).exec(['sh', '-c', script])).stdout.trim();
const fronts = (machine: string) =>
  shell(machine, 'cd /etc/nginx/fairlead/http && ls -1 *.front.conf 2>/dev/null; true');
const balancer = () => plane.database.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } });
const backendOf = (server: Server) =>
  plane.database.prisma.backend.findFirstOrThrow({ where: { appId, serverId: server.id } });
/** Who a backend's own Nginx and firewall let in. */
const admitted = (machine: string) =>
  shell(
    machine,
    "grep -ho 'allow [0-9.]*' /etc/nginx/fairlead/http/*.backend.conf | sort -u; nft list ruleset 2>/dev/null | grep -o 'saddr [0-9. ,{}]*' | sort -u; ufw status 2>/dev/null | grep -i fairlead",
  );
const knows = async (machine: string, other: string) =>
  (await admitted(machine)).includes(lab.machine(other).address);

test('a server that was never prepared serves beside the balancer, and no visitor of either is lost', async () => {
  const old = visit('one');
  await plane.succeed(moveLoadBalancer, { appId, serverId: three.id });
  const fresh = visit('three');
  expect(await balancer()).toMatchObject({ balancerServerId: one.id, successorServerId: three.id });
  expect(await knows('two', 'three')).toBe(true);

  // A change while both serve reaches both.
  const { id: backendId } = await backendOf(two);
  await plane.succeed(toggleBackend, { appId, backendId, enabled: false });
  const row = await balancer();
  expect(row.successorGeneration).toBe(row.observedGeneration);
  const upstream = (machine: string) =>
    shell(machine, 'grep -h "server .*:20000" /etc/nginx/fairlead/http/*.front.conf');
  expect(await upstream('three')).toBe(await upstream('one'));
  expect(await upstream('three')).toContain('down');
  await plane.succeed(toggleBackend, { appId, backendId, enabled: true });

  const reports = [await old.stop(), await fresh.stop()];
  for (const report of reports) {
    expect(report.failures).toEqual([]);
    expect(Object.keys(report.answers).sort()).toEqual(['one', 'two']);
  }
});

test('the same move again changes nothing', async () => {
  const before = await balancer();
  const { operation } = await moveLoadBalancer(plane.ctx, plane.actor, { appId, serverId: three.id });
  expect((await plane.ended(operation.id)).status).toBe('succeeded');
  expect(await fronts('three')).toBe('moving.front.conf');
  expect((await balancer()).successorServerId).toBe(before.successorServerId);
});

test('finished, the new server leads visitors alone and the backends let nobody else in', async () => {
  const fresh = visit('three');
  await plane.succeed(finishMove, { appId, confirm: true });
  const report = await fresh.stop();
  expect(report.failures).toEqual([]);
  expect(report.requests).toBeGreaterThan(0);
  expect(await balancer()).toMatchObject({
    balancerServerId: three.id,
    successorServerId: null,
    formerServerId: null,
    status: 'on',
  });
  expect(await fronts('one')).toBe('');
  expect(await fronts('three')).toBe('moving.front.conf');
  for (const machine of ['one', 'two']) expect(await knows(machine, 'three')).toBe(true);
  expect(await knows('two', 'one')).toBe(false);
});

test('a move that is given up takes the other server out of service again', async () => {
  const visitors = visit('three');
  await plane.succeed(moveLoadBalancer, { appId, serverId: two.id });
  expect(await fronts('two')).toBe('moving.front.conf');
  await plane.succeed(moveLoadBalancer, { appId, serverId: three.id });
  expect(await fronts('two')).toBe('');
  expect(await balancer()).toMatchObject({
    balancerServerId: three.id,
    successorServerId: null,
    formerServerId: null,
  });
  expect((await visitors.stop()).failures).toEqual([]);
});

test('a removed app leaves nothing on a balancer of its own either', async () => {
  await plane.succeed(removeApp, { appId, confirm: 'Moving' });
  for (const machine of ['one', 'two', 'three']) expect(await fronts(machine)).toBe('');
});
