import {
  changeLoadBalancer,
  checklistKeys,
  configureBackend,
  createApp,
  enableLoadBalancer,
  readLoadBalancer,
  startDeployment,
  toggleBackend,
} from '@fairlead/core';
import type { Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  closelyMs,
  startTestControlPlane,
  type TestControlPlane,
  until,
} from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { startTraffic, type Traffic } from '../../testing/traffic.ts';
import { spawnWorker } from '../../testing/worker-process.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const domain = 'site.example.com';
const seconds = 12;
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let appId: string;
let backendId: string;
let traffic: Traffic;

const startWorker = () => startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(58, ['one', 'two']);
  const git = await lab.gitServer({ repos: ['static-site'] });
  await git.repo('static-site').commit({ 'who.json': '{"server":"any"}\n' }, 'Say something');
  worker = await startWorker();
  const [one, two] = await prepareFleet(plane, lab.machines);
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Site',
    repositoryUrl: git.repo('static-site').url,
    runtime: 'static',
    domains: [domain],
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    primaryServerId: one?.id,
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(enableLoadBalancer, { appId, serverIds: [two?.id], acknowledged: checklistKeys });
  const backends = await plane.database.prisma.backend.findMany({ where: { appId, role: 'replica' } });
  backendId = backends[0]?.id ?? '';
  await plane.succeed(changeLoadBalancer, { appId, slowStartSeconds: seconds });
  traffic = startTraffic({ address: lab.machine('one').address, host: domain, path: '/who.json' });
});
afterAll(async () => {
  await traffic?.stop();
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const backend = () => plane.database.prisma.backend.findUniqueOrThrow({ where: { id: backendId } });
const toggle = (enabled: boolean) => plane.succeed(toggleBackend, { appId, backendId, enabled });
/** The replica's weight and the primary's in the file that the balancer serves now; `null` while it is down. */
async function weights(): Promise<string> {
  const file = await lab.machine('one').run('cat /etc/nginx/fairlead/http/site.front.conf');
  const lines = file.split('\n').filter((line) => line.trim().startsWith('server 198.18.'));
  return lines
    .map((line) => (line.includes(' down') ? 'down' : (/weight=(\d+)/.exec(line)?.[1] ?? '1')))
    .join(':');
}
/** What the balancer serves one after another until `last`, each once, with the second in which it was first seen. */
async function climb(last: string) {
  const startedAt = Date.now();
  const seen: { weights: string; atSeconds: number }[] = [];
  await until(
    `weights ${last}`,
    async () => {
      const now = await weights();
      if (seen.at(-1)?.weights !== now)
        seen.push({ weights: now, atSeconds: (Date.now() - startedAt) / 1000 });
      return now === last && (await backend()).slowStartedAt === null ? true : undefined;
    },
    60_000,
  );
  return seen;
}

test('a backend that comes back climbs to its weight by steps, in its time, and loses no request', async () => {
  await toggle(false);
  expect(await weights()).toBe('1:down');
  await toggle(true);
  const view = await readLoadBalancer(plane.ctx, plane.actor, { appId });
  expect(view.backends.find(({ id }) => id === backendId)?.slowStart).toMatchObject({ percent: 10 });
  const seen = await climb('1:1');
  // By the clock: on a busy machine a step whose time is over is left out, none comes out of turn.
  const stages = seen.map((step) => step.weights);
  expect(stages).toEqual(['20:2', '20:5', '20:10', '1:1'].filter((stage) => stages.includes(stage)));
  expect([stages[0], stages.at(-1)]).toEqual(['20:2', '1:1']);
  expect(stages.length).toBeGreaterThan(2);
  expect(seen.at(-1)?.atSeconds).toBeGreaterThan(seconds - 3);
  const steps = await plane.database.prisma.operation.findMany({
    where: { appId, kind: 'load-balancer.slow-start' },
    orderBy: { id: 'asc' },
  });
  await plane.ended(steps.at(-1)?.id ?? '');
  expect(steps).toHaveLength(stages.length - 1);
  expect(new Set(steps.map(({ actorName }) => actorName))).toEqual(new Set(['Fairlead']));
  expect(steps[0]?.title).toMatch(/^Give two (?:25|50) % of its weight in Site$/);
});

test('goes on where the worker that began it is gone, and ends at the configured weight', async () => {
  await plane.succeed(configureBackend, { appId, backendId, weight: 3 });
  await toggle(false);
  await toggle(true);
  expect(await weights()).toBe('20:6');
  await worker.stop();
  // Longer than a step: the one that was due meanwhile is never seen.
  await new Promise((resolve) => setTimeout(resolve, seconds * 700));
  worker = await startWorker();
  const seen = await climb('1:3');
  expect(seen.map((step) => step.weights)).not.toContain('20:15');
  expect(seen.at(-1)?.weights).toBe('1:3');
});

test('ends at the configured weight where the worker dies in the middle of a step', async () => {
  await worker.stop();
  const first = await spawnWorker(plane.env);
  await toggle(false);
  await toggle(true);
  const running = { appId, kind: 'load-balancer.slow-start', status: 'running' };
  await until(
    'a step that runs',
    async () => (await plane.database.prisma.operation.count({ where: running })) > 0,
    30_000,
    closelyMs,
  );
  await first.kill();
  expect(await plane.database.prisma.operation.count({ where: running })).toBe(1);
  worker = await startWorker();
  expect((await climb('1:3')).at(-1)?.weights).toBe('1:3');
});

test('another change takes the part that is due along, and one that ends it ends it at once', async () => {
  await toggle(false);
  await toggle(true);
  await plane.succeed(configureBackend, { appId, backendId, weight: 1 });
  expect(await weights()).toBe('20:2');
  await plane.succeed(changeLoadBalancer, { appId, slowStartSeconds: 0 });
  expect(await weights()).toBe('1:1');
  expect(await backend()).toMatchObject({ slowStartedAt: null, slowStartPercent: 100 });
  await plane.succeed(changeLoadBalancer, { appId, slowStartSeconds: seconds });
  await toggle(false);
  await toggle(true);
  await toggle(false);
  expect(await weights()).toBe('1:down');
  expect(await backend()).toMatchObject({ slowStartedAt: null, slowStartPercent: 100 });
});

test('and through all of it no visitor met an error', async () => {
  const { failures, requests } = await traffic.stop();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(200);
});
