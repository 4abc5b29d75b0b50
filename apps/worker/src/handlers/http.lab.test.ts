import {
  changeLoadBalancer,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  restoreLoadBalancer,
  startDeployment,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import type { Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const domain = 'site.example.com';
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let servers: Server[];
let appId: string;

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(42, ['one', 'two']);
  const git = await lab.gitServer({ repos: ['static-site'] });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  servers = await prepareFleet(plane, lab.machines);
  const [one, two] = servers;
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Site',
    repositoryUrl: git.repo('static-site').url,
    runtime: 'static',
    domains: [domain],
    primaryServerId: one?.id,
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(enableLoadBalancer, { appId, serverIds: [two?.id], acknowledged: checklistKeys });
});
afterAll(async () => {
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const shell = async (machine: string, script: string) =>
  (await lab.machine(machine).exec(['sh', '-c', script])).stdout.trim();
/** The status that the front gives on the way in, or with a body of so many MiB. */
const post = (mebibytes: number) =>
  shell(
    'one',
    `head -c ${mebibytes}M /dev/zero | curl -s -o /dev/null -w '%{http_code}' -H 'Host: ${domain}' -H 'Expect:' --data-binary @- http://127.0.0.1/`,
  );
const limitsOf = (machine: string) =>
  shell(
    machine,
    'grep -h client_max_body_size /etc/nginx/fairlead/http/*.conf | sort -u | tr -s " " | tr -d "\\n"',
  );

test('a larger body is let through by the balancer and by each backend, once the change is applied', async () => {
  expect(await post(70)).toBe('413');
  const operation = await plane.succeed(changeLoadBalancer, {
    appId,
    http: { maxBodyBytes: 80 * 1024 ** 2 },
  });
  const steps = await plane.database.prisma.step.findMany({ where: { operationId: operation.id } });
  expect(steps.filter(({ key }) => key.startsWith('file:'))).toHaveLength(2);
  // The site is of files alone, so what gets through is refused for its method.
  for (let turn = 0; turn < 4; turn += 1) expect(await post(70)).toBe('405');
  expect(await limitsOf('one')).toBe('client_max_body_size 80m;');
  expect(await limitsOf('two')).toBe('client_max_body_size 80m;');
});

test('what concerns the front alone touches no backend', async () => {
  const http = { balancerHealth: { enabled: true, path: '/balancer' } };
  const operation = await plane.succeed(changeLoadBalancer, { appId, http });
  const steps = await plane.database.prisma.step.findMany({ where: { operationId: operation.id } });
  expect(steps.filter(({ key }) => key.startsWith('file:'))).toEqual([]);
  expect(
    await shell('two', `curl -s -H 'Host: ${domain}' http://${lab.machine('one').address}/balancer`),
  ).toBe('ok');
});

test('a snippet that Nginx refuses is named by its line, taken back, and keeps nothing else from working', async () => {
  const http = { snippet: 'set $a b;\n\nnonsense on;', rateLimit: { requests: 5, per: 'second', burst: 5 } };
  const { operation } = await changeLoadBalancer(plane.ctx, plane.actor, { appId, http });
  const ended = await plane.ended(operation.id);
  expect(ended).toMatchObject({ status: 'failed', error: { code: 'nginx-test-failed' } });
  expect(JSON.stringify(ended.error)).toContain('line 3 of the snippet: unknown directive');
  const balancer = await plane.database.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } });
  expect(balancer.status).toBe('on');
  expect(balancer.http).not.toHaveProperty('snippet');
  expect(balancer.http).not.toHaveProperty('rateLimit');
  await plane.succeed(changeLoadBalancer, { appId, method: 'least_conn' });
  await plane.succeed(changeLoadBalancer, { appId, http: { snippet: 'location = /teapot { return 418; }' } });
  const status = `curl -s -o /dev/null -w '%{http_code}' -H 'Host: ${domain}' http://127.0.0.1/teapot`;
  expect(await shell('one', status)).toBe('418');
});

test('an earlier generation brings its limits back, on every server', async () => {
  const { prisma } = plane.database;
  const first = await prisma.appliedConfig.findFirstOrThrow({
    where: { content: { contains: 'client_max_body_size 64m' } },
    orderBy: { generation: 'desc' },
  });
  await plane.succeed(restoreLoadBalancer, { appId, generation: first.generation });
  expect(await post(70)).toBe('413');
  expect(await limitsOf('two')).toBe('client_max_body_size 64m;');
  expect((await prisma.loadBalancer.findUniqueOrThrow({ where: { appId } })).http).toEqual({});
});
