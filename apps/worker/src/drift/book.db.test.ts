import type { App, Server } from '@fairlead/db';
import { acquireLeases, releaseLeases } from '@fairlead/db';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addServingApp } from '../../testing/app-rows.ts';
import { startTestControlPlane, type TestControlPlane } from '../../testing/control-plane.ts';
import { addServer } from '../../testing/worker-context.ts';
import { storeFindings } from './book.ts';
import type { Finding } from './findings.ts';
import { quietMark } from './quiet.ts';

let plane: TestControlPlane;
let server: Server;
let app: App;
beforeAll(async () => {
  plane = await startTestControlPlane();
  server = await addServer(plane, 'one');
  ({ app } = await addServingApp(plane, [server]));
});
beforeEach(() => plane.database.prisma.drift.deleteMany());
afterAll(() => plane.close());

const everyKind = ['file', 'rule', 'grant'] as const;
const at = (second: number) => new Date(1_800_000_000_000 + second * 1_000);
const finding = (change: Partial<Finding> = {}): Finding => ({
  appId: app.id,
  kind: 'rule',
  subject: 'firewall',
  generation: null,
  expected: 'port 20000 open to 10.0.0.1\n',
  actual: '',
  ...change,
});
const store = (findings: Finding[], second: number, kinds: readonly Finding['kind'][] = everyKind) =>
  storeFindings(plane.database.prisma, server, findings, kinds, at(second));
const rows = () => plane.database.prisma.drift.findMany({ orderBy: { foundAt: 'asc' } });

test('keeps one row of a difference from when it was found until it is gone, and follows its other side', async () => {
  await store([finding()], 1);
  await store([finding()], 2);
  await store([finding({ actual: 'port 20000 open to 10.0.0.9\n' })], 3);
  expect(await rows()).toMatchObject([
    { foundAt: at(1), resolvedAt: null, actual: 'port 20000 open to 10.0.0.9\n' },
  ]);
  await store([], 4);
  expect(await rows()).toMatchObject([{ foundAt: at(1), resolvedAt: at(4) }]);
});

test('takes the same difference after it was gone for a new one', async () => {
  await store([finding()], 1);
  await store([], 2);
  await store([finding()], 3);
  expect(await rows()).toMatchObject([{ resolvedAt: at(2) }, { foundAt: at(3), resolvedAt: null }]);
});

test('leaves what a look could not see as it was', async () => {
  await store([finding({ kind: 'grant', subject: 'postgresql' })], 1);
  await store([], 2, ['file', 'rule']);
  expect(await rows()).toMatchObject([{ kind: 'grant', resolvedAt: null }]);
});

test('a server is quiet while nobody holds it, and its mark changes with every holder', async () => {
  const { prisma } = plane.database;
  const before = await quietMark(prisma, server.id);
  expect(before).toBe('never');
  const leases = await acquireLeases(prisma, [`server:${server.id}`], 'somebody', 60_000);
  expect(await quietMark(prisma, server.id)).toBeNull();
  if (leases !== null) await releaseLeases(prisma, leases);
  const after = await quietMark(prisma, server.id);
  expect(after).toMatch(/^\d+$/);
  expect(after).not.toBe(before);
});
