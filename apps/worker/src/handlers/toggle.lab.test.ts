import {
  checklistKeys,
  checkServer,
  confirmHostKey,
  createApp,
  createServer,
  enableLoadBalancer,
  prepareServer,
  startDeployment,
  toggleBackend,
} from '@fairlead/core';
import { acquireLeases, listen, releaseLeases } from '@fairlead/db';
import type { Lab, Machine } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { bootLab } from '../../testing/lab-fleet.ts';
import { workerContext } from '../../testing/worker-context.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const roundTripMs = 20;
const rounds = 15;
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let appId: string;

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(34, ['one', 'two']);
  const git = await lab.gitServer({ repos: ['static-site'] });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  const [one = '', two = ''] = await Promise.all(lab.machines.map(registerFar));
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Site',
    repositoryUrl: git.repo('static-site').url,
    runtime: 'static',
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    primaryServerId: one,
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(enableLoadBalancer, { appId, serverIds: [two], acknowledged: checklistKeys });
});
afterAll(async () => {
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

/** Registers a machine that is reached over a line of 20 ms. */
async function registerFar(machine: Machine): Promise<string> {
  const relay = await lab.relay({
    listen: { host: lab.gateway },
    target: { host: machine.address, port: 22 },
    delayMs: roundTripMs,
  });
  await machine.authorize(plane.publicKey);
  const { id: serverId } = await createServer(plane.ctx, plane.actor, {
    name: machine.name,
    address: relay.host,
    port: relay.port,
    user: 'admin',
    privateAddress: machine.address,
  });
  await plane.succeed(checkServer, { serverId });
  const { offeredFingerprint } = await plane.database.prisma.server.findUniqueOrThrow({
    where: { id: serverId },
  });
  await plane.succeed(confirmHostKey, { serverId, fingerprint: offeredFingerprint });
  await plane.succeed(prepareServer, { serverId, runtimes: ['static'] });
  return serverId;
}

const median = (values: number[]) =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

test('a toggle is verified within two and a half times what the line, nginx -t and a reload take', async () => {
  const { prisma, url } = plane.database;
  const backend = await prisma.backend.findFirstOrThrow({ where: { appId, role: 'replica' } });
  await until('a healthy replica', async () => {
    const { health } = await prisma.backend.findUniqueOrThrow({ where: { id: backend.id } });
    return health === 'healthy';
  });
  const balancer = await prisma.loadBalancer.findUniqueOrThrow({ where: { appId } });
  let heard: () => void = () => {};
  const listener = await listen(url, { onEvent: ({ t }) => (t === 'load-balancer' ? heard() : undefined) });
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { operation } = await toggleBackend(plane.ctx, plane.actor, {
      appId,
      backendId: backend.id,
      enabled: round % 2 === 1,
    });
    const answeredAt = performance.now();
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        heard = resolve;
      });
      const { observedGeneration } = await prisma.loadBalancer.findUniqueOrThrow({
        where: { id: balancer.id },
      });
      if (observedGeneration >= (operation.generation ?? Number.POSITIVE_INFINITY)) break;
      await changed;
    }
    took.push(performance.now() - answeredAt);
    expect(await plane.ended(operation.id)).toMatchObject({ status: 'succeeded' });
  }
  await listener.close();

  const floor = await floorByHand(balancer.balancerServerId);
  const fairleadMs = median(took.slice(3));
  console.log(JSON.stringify({ floorMs: floor, fairleadMs, vsFloor: fairleadMs / floor, took }));
  expect(fairleadMs / floor).toBeLessThan(2.5);
});

/** The same change by hand over a resident channel: one call of the host program on a warm connection. */
async function floorByHand(serverId: string): Promise<number> {
  const { prisma } = plane.database;
  const hand = workerContext(plane, 'hand');
  const leases = await until(
    'the lease',
    async () => (await acquireLeases(prisma, [`server:${serverId}`], hand.workerId, 60_000)) ?? undefined,
  );
  const fence = { operationId: 'by-hand', token: String(leases.tokens.get(`server:${serverId}`)) };
  const client = await hand.hosts.client(await prisma.server.findUniqueOrThrow({ where: { id: serverId } }));
  const applied = await prisma.appliedConfig.findMany({ orderBy: { generation: 'desc' }, take: 2 });
  const app = await prisma.app.findUniqueOrThrow({ where: { id: appId } });
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { content = '' } = applied[(round + 1) % 2] ?? {};
    const began = performance.now();
    const listens = [{ address: '0.0.0.0', port: 80 }];
    const file = { kind: 'front' as const, app: app.slug, content, generation: 1_000 + round, listens };
    const { reloaded } = await client.call('nginx.apply', { files: [file] }, { fence });
    took.push(performance.now() - began);
    expect(reloaded).toBe(true);
  }
  await releaseLeases(prisma, leases);
  hand.hosts.close();
  return median(took.slice(3));
}
