import {
  addBackend,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  planLoadBalancer,
  removeBackend,
  startDeployment,
  updateServer,
} from '@fairlead/core';
import type { Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

// `three` says that it has 10.77.0.3, where `two` is: a private address of another network that happens to be in use here.
const privately = { one: '10.77.0.1', two: '10.77.0.2', three: '10.77.0.3' };
const domain = 'site.example.com';
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let appId: string;
const serverIds: Record<string, string> = {};

const address = (machine: string, change: 'add' | 'del', ip: string) =>
  lab.machine(machine).run(`ip addr ${change} ${ip}/24 dev "$(ip -o route show default | awk '{print $5}')"`);

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(60, Object.keys(privately));
  const git = await lab.gitServer({ repos: ['static-site'] });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  await address('one', 'add', privately.one);
  await address('two', 'add', privately.two);
  await address('two', 'add', privately.three);
  await Promise.all(
    Object.entries(privately).map(async ([name, privateAddress]) => {
      const [server] = await prepareFleet(plane, [lab.machine(name)]);
      serverIds[name] = server?.id ?? '';
      await updateServer(plane.ctx, plane.actor, { serverId: serverIds[name], privateAddress });
    }),
  );
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Site',
    repositoryUrl: git.repo('static-site').url,
    runtime: 'static',
    domains: [domain],
    primaryServerId: serverIds.one,
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
});
afterAll(async () => {
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const backendOn = (name: string) =>
  plane.database.prisma.backend.findFirstOrThrow({ where: { appId, serverId: serverIds[name] } });
/** What the step that looked for the way says. */
const found = async (operationId: string) => {
  const where = { operationId, key: { startsWith: 'address:' } };
  return (await plane.database.prisma.step.findMany({ where })).map(({ detail }) => detail);
};
const answersBy = async (name: string, ip: string) => {
  const { port } = await plane.database.prisma.app.findUniqueOrThrow({ where: { id: appId } });
  return lab
    .machine('one')
    .run(`curl -s -m 4 -o /dev/null -w '%{http_code}' http://${ip}:${port}/ # ${name}`);
};

test('a backend that the balancer meets at its private address is asked there', async () => {
  const ids = [serverIds.two];
  const { notes } = await planLoadBalancer(plane.ctx, plane.actor, {
    appId,
    action: 'enable',
    serverIds: ids,
    method: 'round_robin',
  });
  expect(notes.map(({ text }) => text).join('\n')).toContain(
    `two is asked at its private address ${privately.two} if one meets the same machine there`,
  );
  const operation = await plane.succeed(enableLoadBalancer, {
    appId,
    serverIds: ids,
    acknowledged: checklistKeys,
  });
  expect(await found(operation.id)).toEqual([
    `one meets two at ${privately.two}. It is asked at ${privately.two}.`,
  ]);
  expect(await backendOn('two')).toMatchObject({ address: privately.two, state: 'active' });
  expect(await answersBy('two', privately.two)).toBe('200');
});

test('where another machine answers there, or nobody, it is asked at its public address', async () => {
  const publicly = lab.machine('three').address;
  const added = await plane.succeed(addBackend, { appId, serverId: serverIds.three });
  expect(await found(added.id)).toEqual([
    `Another machine than three answers at ${privately.three}. It is asked at ${publicly}.`,
  ]);
  const backend = await backendOn('three');
  expect(backend).toMatchObject({ address: publicly, state: 'active' });
  expect(await answersBy('three', publicly)).toBe('200');

  await plane.succeed(removeBackend, { appId, backendId: backend.id });
  await address('two', 'del', privately.three);
  const again = await plane.succeed(addBackend, { appId, serverId: serverIds.three });
  expect((await found(again.id)).join()).toMatch(
    new RegExp(`^three is not met at ${privately.three}: .+ It is asked at ${publicly}\\.$`),
  );
  expect(await backendOn('three')).toMatchObject({ address: publicly, state: 'active' });
});
