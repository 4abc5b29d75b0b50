import type { Backend } from '@fairlead/db';
import { listen } from '@fairlead/db';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addServingApp } from '../../testing/app-rows.ts';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { addServer } from '../../testing/worker-context.ts';
import { type Observation, storeObservations } from './book.ts';
import { historyKeptMs, pruneHistory } from './history.ts';
import { fadeStale } from './stale.ts';
import { loadTargets, type Target } from './targets.ts';
import { judge, type Look } from './verdict.ts';

let plane: TestControlPlane;
let targets: Target[];
let backends: Backend[];

beforeEach(async () => {
  plane = await startTestControlPlane();
  const servers = [await addServer(plane, 'one'), await addServer(plane, 'two')];
  ({ backends } = await addServingApp(plane, servers, { healthIntervalMs: 1_000 }));
  targets = await loadTargets(plane.database.prisma);
});
afterEach(() => plane.close());

const good: Look = { kind: 'answered', healthy: true, status: 200, latencyMs: 4.5, reason: null };
const bad: Look = { kind: 'answered', healthy: false, status: 503, latencyMs: 2, reason: 'Answered 503.' };
const unseen: Look = { kind: 'unseen', why: 'The SSH connection to one broke off.' };

function observation(index: number, look: Look, at = new Date()): Observation {
  const target = targets[index];
  if (target === undefined) throw new Error('no such target');
  return { target, at, look, verdict: judge(target, look, { rise: 1, fall: 1 }), isNews: true };
}
const read = (index: number) =>
  plane.database.prisma.backend.findUniqueOrThrow({
    where: { id: targets[index]?.backendId ?? '' },
    include: { healthChecks: true },
  });

test('stores verdicts and history in one go, and tells who listens', async () => {
  const heard: string[] = [];
  const listener = await listen(plane.database.url, {
    onEvent: ({ t, id }) => (t === 'health' ? void heard.push(id) : undefined),
  });
  const at = new Date();
  await storeObservations(plane.database.prisma, [
    observation(0, good, at),
    { ...observation(1, bad, at), isNews: false },
  ]);
  expect(await read(0)).toMatchObject({
    health: 'healthy',
    healthReason: null,
    healthLatencyMs: 4.5,
    healthStatus: 200,
    healthStreak: 1,
    healthCheckedAt: at,
    healthChangedAt: at,
    healthChecks: [{ at, healthy: true, status: 200, latencyMs: 4.5 }],
  });
  expect(await read(1)).toMatchObject({
    health: 'unhealthy',
    healthReason: 'Answered 503.',
    healthChecks: [{ healthy: false, status: 503, reason: 'Answered 503.' }],
  });
  await until('the news', async () => heard.length > 0);
  expect(heard).toEqual([targets[0]?.backendId]);
  await listener.close();
});

test('a look that did not reach the backend leaves no trace in its history', async () => {
  const before = new Date(Date.now() - 1_000);
  await storeObservations(plane.database.prisma, [observation(0, good, before)]);
  await storeObservations(plane.database.prisma, [observation(0, unseen)]);
  const backend = await read(0);
  expect(backend).toMatchObject({ health: 'unknown', healthLatencyMs: null, healthStatus: null });
  expect(backend.healthReason).toBe("Fairlead can't see it: The SSH connection to one broke off.");
  expect(backend.healthCheckedAt).toEqual(before);
  expect(backend.healthChecks).toHaveLength(1);
});

test('a backend that left while it was asked takes no entry', async () => {
  const { prisma } = plane.database;
  const seen = observation(1, good);
  await prisma.backend.delete({ where: { id: seen.target.backendId } });
  await storeObservations(prisma, [seen, observation(0, good)]);
  expect(await prisma.healthCheck.count()).toBe(1);
});

test('one that failed to join keeps the reason that its operation gave', async () => {
  const { prisma } = plane.database;
  const id = backends[1]?.id ?? '';
  const seen = observation(
    targets.findIndex(({ backendId }) => backendId === id),
    good,
  );
  await prisma.backend.update({
    where: { id },
    data: { state: 'failed', healthReason: 'The build failed.' },
  });
  await storeObservations(prisma, [seen]);
  expect(await prisma.backend.findUniqueOrThrow({ where: { id } })).toMatchObject({
    health: 'unknown',
    healthReason: 'The build failed.',
  });
  expect((await loadTargets(prisma)).map(({ backendId }) => backendId)).not.toContain(id);
});

test('a colour fades after three intervals without a look, not before', async () => {
  const { prisma } = plane.database;
  const at = new Date();
  await storeObservations(prisma, [observation(0, good, at), observation(1, bad, at)]);
  await fadeStale(prisma, new Date(at.getTime() + 2_900));
  expect([(await read(0)).health, (await read(1)).health]).toEqual(['healthy', 'unhealthy']);
  await fadeStale(prisma, new Date(at.getTime() + 3_100));
  expect([(await read(0)).health, (await read(1)).health]).toEqual(['unknown', 'unknown']);
  expect((await read(0)).healthReason).toMatch(/^Fairlead can't see it/);
});

test('history is kept for as long as the health page can look back', async () => {
  const { prisma } = plane.database;
  const now = new Date();
  const ages = [0, historyKeptMs - 60_000, historyKeptMs + 60_000, 2 * historyKeptMs];
  await prisma.healthCheck.createMany({
    data: ages.map((age) => ({
      backendId: backends[0]?.id ?? '',
      at: new Date(now.getTime() - age),
      healthy: true,
    })),
  });
  expect(await pruneHistory(prisma, now)).toBe(2);
  expect(await prisma.healthCheck.count()).toBe(2);
});

test('a backend on its way in is called healthy only once the balancer gives it requests', async () => {
  const { prisma } = plane.database;
  const where = { id: targets[1]?.backendId ?? '' };
  await prisma.backend.update({ where, data: { state: 'deploying', health: 'deploying' } });
  expect((await loadTargets(prisma)).map(({ backendId }) => backendId)).not.toContain(where.id);
  await storeObservations(prisma, [observation(1, good)]);
  expect(await read(1)).toMatchObject({ health: 'deploying', healthChecks: [] });
  await prisma.backend.update({ where, data: { state: 'active' } });
  await storeObservations(prisma, [observation(1, good)]);
  expect((await read(1)).health).toBe('healthy');
  // One that serves while a new release comes is asked all the time.
  await prisma.backend.update({ where, data: { state: 'deploying' } });
  expect((await loadTargets(prisma)).map(({ backendId }) => backendId)).toContain(where.id);
});
