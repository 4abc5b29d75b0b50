import {
  changeLoadBalancer,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  listDrift,
  putBack,
  removeBackend,
  startDeployment,
  toggleBackend,
  uploadCertificate,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import { Lab } from '@fairlead/lab';
import { makeAuthority } from '@fairlead/nginx/testing';
import { GrpcVisitor } from '@fairlead/nginx/testing/grpc';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { doorsOf } from '../../testing/doors.ts';
import { prepareFleet } from '../../testing/lab-fleet.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const service = '/shop.Orders/';
const authority = makeAuthority();
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let servers: Server[];
let url: string;
const visitors: GrpcVisitor[] = [];

beforeAll(async () => {
  plane = await startTestControlPlane();
  const stocked = { image: 'stocked' as const };
  lab = await Lab.up({
    name: 'worker-64',
    slot: 64,
    machines: [
      { ...stocked, name: 'twelve', release: 12 },
      { ...stocked, name: 'other', release: 12 },
      { ...stocked, name: 'thirteen', release: 13 },
    ],
  });
  const git = await lab.gitServer({ repos: ['node-grpc'] });
  ({ url } = git.repo('node-grpc'));
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  servers = await prepareFleet(plane, lab.machines);
});
afterAll(async () => {
  for (const visitor of visitors) visitor.close();
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

/** An app that serves on one machine by TLS. */
async function serve(name: string, machine: string) {
  const domain = `${name.toLowerCase()}.example.com`;
  const server = servers.find((known) => known.name === machine);
  const { id: appId } = await createApp(plane.ctx, plane.actor, {
    name,
    repositoryUrl: url,
    runtime: 'node',
    startCommand: 'node server.js',
    domains: [domain],
    healthPath: '/whoami',
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    primaryServerId: server?.id,
  });
  await plane.succeed(startDeployment, { appId });
  const { chain: certificate, key } = authority.issue({ names: [domain] });
  const { id: certificateId } = await uploadCertificate(plane.ctx, plane.actor, { appId, certificate, key });
  await plane.succeed(changeLoadBalancer, { appId, tls: { mode: 'uploaded', certificateId } });
  const visitor = new GrpcVisitor(443, authority.root, domain, lab.machine(machine).address);
  visitors.push(visitor);
  return { appId, visitor };
}
const grpc = (appId: string, services = [service]) =>
  plane.succeed(changeLoadBalancer, { appId, http: { grpc: services } });
const who = (visitor: GrpcVisitor) => visitor.echo('', 10_000, '/shop.Orders/Who');

/** Calls one after another until their failures are asked for. A reload tells clients to connect anew; they make a call that was not taken again by themselves. */
function callAgain(visitor: GrpcVisitor) {
  let isOver = false;
  const failures: unknown[] = [];
  const calling = (async () => {
    while (!isOver) {
      const answer = await visitor.echo('again');
      if (answer !== 'again') failures.push(answer);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    async failures() {
      isOver = true;
      await calling;
      return failures;
    },
  };
}

test('Debian 12: by TLS to the backends, shared out among them, and back from one that is taken out', async () => {
  const { appId, visitor } = await serve('Orders', 'twelve');
  const other = servers.find(({ name }) => name === 'other');
  await plane.succeed(enableLoadBalancer, { appId, serverIds: [other?.id], acknowledged: checklistKeys });
  await expect(grpc(appId)).rejects.toMatchObject({
    details: { errors: [{ path: 'http.grpc', message: expect.stringContaining('encrypt traffic') }] },
  });
  await plane.succeed(changeLoadBalancer, { appId, backendTls: { enabled: true } });
  expect(await visitor.echo('hello')).toMatchObject({ code: expect.any(Number) });
  await grpc(appId);
  expect(await visitor.echo('hello')).toBe('hello');
  expect(await visitor.chat(['one', 'two', 'three'])).toEqual(['one', 'two', 'three']);
  const answers = new Set(await Promise.all(Array.from({ length: 12 }, () => who(visitor))));
  expect([...answers].sort()).toEqual(['other', 'twelve']);
  await expect(
    plane.succeed(changeLoadBalancer, { appId, backendTls: { enabled: false } }),
  ).rejects.toMatchObject({ details: { errors: [{ path: 'backendTls.enabled' }] } });

  // Calls go on while a backend is taken out and brought back, and while a release takes the place of another.
  const calls = callAgain(visitor);
  const backends = await plane.database.prisma.backend.findMany({ where: { appId } });
  const backendId = backends.find(({ role }) => role === 'replica')?.id;
  await plane.succeed(toggleBackend, { appId, backendId, enabled: false, confirmLast: false });
  await until('answers of one alone', async () => {
    const seen = new Set(await Promise.all(Array.from({ length: 6 }, () => who(visitor))));
    return seen.size === 1 && seen.has('twelve');
  });
  await plane.succeed(toggleBackend, { appId, backendId, enabled: true, confirmLast: false });
  await plane.succeed(startDeployment, { appId });
  expect(await calls.failures()).toEqual([]);

  // What somebody writes into the file of calls is seen, and put back.
  const replica = lab.machine('other');
  const file = '/etc/nginx/fairlead/stream/orders.grpc.conf';
  await replica.run(`sed -i 's/proxy_timeout .*/proxy_timeout 1s;/' ${file}`);
  const { items } = await until('the drift', async () => {
    const seen = await listDrift(plane.ctx, plane.actor, { appId });
    return seen.items.length > 0 && seen;
  });
  expect(items).toMatchObject([
    { kind: 'file', subject: file, diff: expect.stringContaining('proxy_timeout') },
  ]);
  await plane.succeed(putBack, { appId });
  expect(await replica.run(`cat ${file}`)).toContain('proxy_timeout 75s;');

  // Without services nothing of theirs is left, nor where a backend leaves.
  const slot = (await plane.database.prisma.app.findUniqueOrThrow({ where: { id: appId } })).slot;
  const [callsPort, site] = [15_000 + slot, 25_000 + slot];
  expect(await doorsOf(replica)).toEqual({ listens: [callsPort, site], admits: [callsPort, site] });
  await plane.succeed(removeBackend, { appId, backendId });
  expect(await doorsOf(replica)).toEqual({ listens: [], admits: [] });
  expect(
    await replica.run(`ls /etc/nginx/fairlead/stream /etc/nginx/fairlead/status | grep orders || true`),
  ).toBe('');
  await grpc(appId, []);
  expect((await doorsOf(lab.machine('twelve'))).listens).not.toContain(callsPort);

  // Without a process the front answers with a status of gRPC.
  await grpc(appId);
  expect(await visitor.echo('hello')).toBe('hello');
  await lab.machine('twelve').run("systemctl stop 'fairlead-orders@*'");
  expect(await visitor.echo('hello')).toMatchObject({ code: 14, details: 'no backend answers' });
});

test('Debian 13: without TLS to the backend, on the port that takes HTTP/1.1 too', async () => {
  const { appId, visitor } = await serve('Plain', 'thirteen');
  await grpc(appId);
  expect(await visitor.echo('hello')).toBe('hello');
  expect(await visitor.chat(['one', 'two'])).toEqual(['one', 'two']);
  const { health } = await until('health', async () => {
    const row = await plane.database.prisma.backend.findFirstOrThrow({ where: { appId } });
    return row.health === 'healthy' && row;
  });
  expect(health).toBe('healthy');

  // It turns to TLS and back under calls.
  const machine = lab.machine('thirteen');
  const { port, slot } = await plane.database.prisma.app.findUniqueOrThrow({ where: { id: appId } });
  const byTls = [15_000 + slot, 25_000 + slot];
  const calls = callAgain(visitor);
  await plane.succeed(changeLoadBalancer, { appId, backendTls: { enabled: true } });
  expect(await doorsOf(machine)).toEqual({ listens: byTls, admits: byTls });
  await plane.succeed(changeLoadBalancer, { appId, backendTls: { enabled: false } });
  expect(await doorsOf(machine)).toEqual({ listens: [port], admits: [port] });
  expect(await calls.failures()).toEqual([]);
  await grpc(appId, []);
  expect(await visitor.echo('hello')).toMatchObject({ code: expect.any(Number) });
});
