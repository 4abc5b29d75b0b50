import { inspectCertificate, storeCertificate } from '@fairlead/core';
import type { App } from '@fairlead/db';
import { makeAuthority } from '@fairlead/nginx/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addServingApp } from '../../testing/app-rows.ts';
import { startTestControlPlane, type TestControlPlane } from '../../testing/control-plane.ts';
import { addServer, workerContext } from '../../testing/worker-context.ts';
import type { WorkerContext } from '../context.ts';
import { sweepCertificates } from './sweep.ts';

const authority = makeAuthority();
const hourMs = 3_600_000;
let plane: TestControlPlane;
let worker: WorkerContext;
let app: App;
let now: Date;
beforeAll(async () => {
  plane = await startTestControlPlane();
  const server = await addServer(plane, 'one');
  ({ app } = await addServingApp(plane, [server]));
  const { prisma } = plane.database;
  app = await prisma.app.update({ where: { id: app.id }, data: { domains: ['a.example.com'] } });
  await prisma.loadBalancer.update({ where: { appId: app.id }, data: { observedGeneration: 1 } });
  worker = { ...workerContext(plane), clock: () => now };
});
beforeEach(async () => {
  const { prisma } = plane.database;
  now = new Date();
  await prisma.operation.deleteMany();
  await prisma.certificateOrder.deleteMany();
  await prisma.loadBalancer.updateMany({ data: { tls: { mode: 'acme' }, certificateId: null } });
  await prisma.certificate.deleteMany();
});
afterAll(() => plane?.close());

const orders = () => plane.database.prisma.operation.findMany({ where: { kind: 'certificate.order' } });
const orderRow = () => plane.database.prisma.certificateOrder.findUniqueOrThrow({ where: { appId: app.id } });
const end = () => plane.database.prisma.operation.updateMany({ data: { status: 'failed' } });

/** A certificate as an order brought it, shown or not. */
async function give(names: string[], isShown = true): Promise<string> {
  const { prisma } = plane.database;
  const { chain: certificate, key } = authority.issue({ names });
  const inspected = inspectCertificate({ certificate, key, names, now });
  const of = { organizationId: app.organizationId, appId: app.id, source: 'acme' as const, now };
  const { id } = await storeCertificate(prisma, plane.ctx.cipher, of, inspected);
  if (isShown) await prisma.loadBalancer.updateMany({ data: { certificateId: id } });
  return id;
}

test('an app that has none yet gets one ordered, once, in the name of Fairlead', async () => {
  expect(await sweepCertificates(worker)).toBe(1);
  expect(await sweepCertificates(worker)).toBe(0);
  expect(await orders()).toMatchObject([{ appId: app.id, actorId: null, actorName: 'Fairlead' }]);
});

test('one that is for all names is ordered again when its time comes, and not before', async () => {
  await give(['a.example.com']);
  const { prisma } = plane.database;
  const dueAt = new Date(now.getTime() + hourMs);
  await prisma.certificateOrder.create({ data: { appId: app.id, dueAt, checkedAt: now } });
  expect(await sweepCertificates(worker)).toBe(0);
  now = dueAt;
  expect(await sweepCertificates(worker)).toBe(1);
});

test('a domain more is ordered for at once, but after a failure it waits for its time', async () => {
  await give(['b.example.com']);
  const { prisma } = plane.database;
  const dueAt = new Date(now.getTime() + hourMs);
  await prisma.certificateOrder.create({ data: { appId: app.id, dueAt, checkedAt: now } });
  expect(await sweepCertificates(worker)).toBe(1);
  await end();
  await prisma.certificateOrder.updateMany({ data: { failures: 1 } });
  expect(await sweepCertificates(worker)).toBe(0);
  now = dueAt;
  expect(await sweepCertificates(worker)).toBe(1);
});

test('a directory that can not be asked when to renew changes nothing, and is left alone for some hours', async () => {
  await give(['a.example.com']);
  const { prisma } = plane.database;
  const dueAt = new Date(now.getTime() + 100 * hourMs);
  await prisma.certificateOrder.create({ data: { appId: app.id, dueAt } });
  expect(await sweepCertificates(worker)).toBe(0);
  expect(await orderRow()).toMatchObject({ dueAt, checkedAt: now, failures: 0 });
});

test('other modes are nobody’s business, and an app without a domain is left alone', async () => {
  const { prisma } = plane.database;
  for (const mode of ['off', 'uploaded']) {
    await prisma.loadBalancer.updateMany({ data: { tls: { mode } } });
    expect(await sweepCertificates(worker)).toBe(0);
  }
  await prisma.loadBalancer.updateMany({ data: { tls: { mode: 'acme' } } });
  await prisma.app.update({ where: { id: app.id }, data: { domains: [] } });
  expect(await sweepCertificates(worker)).toBe(0);
  await prisma.app.update({ where: { id: app.id }, data: { domains: ['a.example.com'] } });
  expect(await orders()).toEqual([]);
});

test('what was replaced is forgotten after a week, what is shown never', async () => {
  const { prisma } = plane.database;
  const shown = await give(['a.example.com']);
  const replaced = await give(['a.example.com'], false);
  const ids = async () => (await prisma.certificate.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id);
  await sweepCertificates(worker);
  expect(await ids()).toEqual([shown, replaced].sort());
  now = new Date(now.getTime() + 8 * 24 * hourMs);
  await sweepCertificates(worker);
  expect(await ids()).toEqual([shown]);
});
