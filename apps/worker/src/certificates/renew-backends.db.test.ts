import { storeBackendCertificate } from '@fairlead/core';
import type { App, Backend, Server } from '@fairlead/db';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addServingApp } from '../../testing/app-rows.ts';
import { startTestControlPlane, type TestControlPlane } from '../../testing/control-plane.ts';
import { addServer, workerContext } from '../../testing/worker-context.ts';
import type { WorkerContext } from '../context.ts';
import { loadTargets } from '../poller/targets.ts';
import { renewBackendCertificates } from './renew-backends.ts';

const dayMs = 86_400_000;
let plane: TestControlPlane;
let worker: WorkerContext;
let app: App;
let backends: Backend[];
let now: Date;
beforeAll(async () => {
  plane = await startTestControlPlane();
  const server: Server = await addServer(plane, 'one');
  ({ app, backends } = await addServingApp(plane, [server]));
  worker = { ...workerContext(plane), clock: () => now };
});
beforeEach(async () => {
  now = new Date();
  const { prisma } = plane.database;
  await prisma.operation.deleteMany();
  await prisma.loadBalancer.updateMany({ data: { backendTls: { enabled: true }, backendWay: 'tls' } });
  await store(90);
});
afterAll(() => plane?.close());

const store = (days: number) =>
  storeBackendCertificate(worker, app.organizationId, backends[0]?.id ?? '', {
    certificate: 'PEM',
    key: 'key',
    notBefore: now,
    notAfter: new Date(now.getTime() + days * dayMs),
  });
const operations = () => plane.database.prisma.operation.findMany();

test('certificates of backends are renewed once, a month before they end, in the name of Fairlead', async () => {
  expect(await renewBackendCertificates(worker)).toBe(0);
  now = new Date(now.getTime() + 59 * dayMs);
  expect(await renewBackendCertificates(worker)).toBe(0);
  now = new Date(now.getTime() + 2 * dayMs);
  expect(await renewBackendCertificates(worker)).toBe(1);
  expect(await renewBackendCertificates(worker)).toBe(0);
  expect(await operations()).toMatchObject([
    { kind: 'load-balancer.change', appId: app.id, actorId: null, actorName: 'Fairlead' },
  ]);
});

test('a renewal that failed is tried again after an hour', async () => {
  await store(10);
  expect(await renewBackendCertificates(worker)).toBe(1);
  await plane.database.prisma.operation.updateMany({ data: { status: 'failed', finishedAt: now } });
  expect(await renewBackendCertificates(worker)).toBe(0);
  now = new Date(now.getTime() + 3_700_000);
  expect(await renewBackendCertificates(worker)).toBe(1);
});

test('where backends are asked without TLS, nothing is renewed', async () => {
  await store(10);
  await plane.database.prisma.loadBalancer.updateMany({ data: { backendTls: {}, backendWay: 'plain' } });
  expect(await renewBackendCertificates(worker)).toBe(0);
});

test('the poller asks as the front does: by TLS and its authority, or without', async () => {
  const { prisma } = plane.database;
  await prisma.backendAuthority.create({
    data: { appId: app.id, certificate: 'ROOT', sha256: 'x', keyCipher: 'x', notAfter: now },
  });
  expect(await loadTargets(prisma)).toMatchObject([
    { port: 25_000, authority: { certificate: 'ROOT', name: 'notes.backend.fairlead.internal' } },
  ]);
  await prisma.loadBalancer.updateMany({ data: { backendWay: 'plain+tls' } });
  const [target] = await loadTargets(prisma);
  expect(target?.port).toBe(20_000);
  expect(target?.authority).toBeUndefined();
});
