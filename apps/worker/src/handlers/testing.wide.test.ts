import { request } from 'node:http';
import {
  changeLoadBalancer,
  checklistKeys,
  configureBackend,
  createApp,
  enableLoadBalancer,
  removeApp,
  startDeployment,
  toggleBackend,
  uploadCertificate,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import { Lab } from '@fairlead/lab';
import { makeAuthority } from '@fairlead/nginx/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { sendHttp2Visitors } from '../../testing/http2-visitors.ts';
import { prepareFleet } from '../../testing/lab-fleet.ts';
import { startTraffic } from '../../testing/traffic.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const domain = 'notes.example.com';
const authority = makeAuthority();
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let servers: Server[];
let appId: string;

/** The balancer and primary on Debian testing, a backend on Debian 12. */
beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await Lab.up({
    name: 'worker-66',
    slot: 66,
    machines: [
      { name: 'one', release: 'testing', image: 'stocked' },
      { name: 'two', release: 12, image: 'stocked' },
    ],
  });
  const git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  servers = await prepareFleet(plane, lab.machines, ['postgresql']);
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Notes',
    repositoryUrl: git.repo('node-notes').url,
    runtime: 'node',
    installCommand: 'npm ci --omit=dev',
    buildCommand: 'node build.js',
    startCommand: 'node server.js',
    domains: [domain],
    primaryServerId: servers[0]?.id,
    databaseEngine: 'postgresql',
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
});
afterAll(async () => {
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const target = () => ({
  address: lab.machine('one').address,
  host: domain,
  path: '/whoami',
  postPath: '/notes',
});
const backendOf = async (name: string) =>
  (
    await plane.database.prisma.backend.findFirstOrThrow({
      where: { appId, serverId: servers.find((server) => server.name === name)?.id },
    })
  ).id;
/** Until Nginx's workers of before are told to go, some 100 ms after a reload, they take requests too. */
const settled = () =>
  until('the end of the old workers', async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const old = await lab.machine('one').exec(['pgrep', '-f', 'worker process is shutting down']);
    return old.code === 1;
  });
const configure = async (name: string, options: object) => {
  await plane.succeed(configureBackend, { appId, backendId: await backendOf(name), ...options });
  await settled();
};
const served = async () =>
  (await lab.machine('one').run('cat /etc/nginx/fairlead/http/notes.front.conf')).trim();

/** Who answered, and the cookie that came with it or was sent. */
interface Seat {
  server: string;
  cookie: string;
}

function visit(cookie = ''): Promise<Seat> {
  const { address: host } = lab.machine('one');
  return new Promise((resolve, reject) => {
    const headers = { host: domain, ...(cookie === '' ? {} : { cookie }) };
    request({ host, path: '/whoami', headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => {
        const { server } = JSON.parse(body) as { server: string };
        resolve({ server, cookie: response.headers['set-cookie']?.[0]?.split(';')[0] ?? cookie });
      });
    })
      .on('error', reject)
      .end();
  });
}

/** So many new visitors, and who answered them. */
const newVisitors = async (count: number): Promise<Seat[]> =>
  Promise.all(Array.from({ length: count }, () => visit()));
const serversOf = (seats: readonly Seat[]) => seats.map(({ server }) => server);

test('visitors, forms and toggles: no request is lost, and no kept connection is closed under one', async () => {
  const traffic = startTraffic(target(), 4);
  await plane.succeed(enableLoadBalancer, {
    appId,
    serverIds: [servers[1]?.id],
    method: 'round_robin',
    acknowledged: checklistKeys,
  });
  const backendId = await backendOf('two');
  for (const enabled of [false, true, false, true])
    await plane.succeed(toggleBackend, { appId, backendId, enabled });
  await plane.succeed(startDeployment, { appId });
  await expect.poll(() => traffic.report.answers.two ?? 0).toBeGreaterThan(20);
  const { requests, posts, failures, askedAgain, answers } = await traffic.stop();
  console.log(JSON.stringify({ requests, posts, askedAgain, answers }));
  expect(failures).toEqual([]);
  expect(askedAgain).toBe(0);
  expect(Object.keys(answers).sort()).toEqual(['one', 'two']);
  expect(await served()).toContain('keepalive_min_timeout 10s;');
});

test('Nginx’s own sticky cookie keeps visitors with their backend over reloads', async () => {
  await plane.succeed(changeLoadBalancer, { appId, method: 'sticky', stickyCookie: 'seat' });
  await settled();
  expect(await served()).toContain('sticky cookie seat path=/ httponly samesite=lax;');
  const seats = await newVisitors(20);
  expect(new Set(serversOf(seats))).toEqual(new Set(['one', 'two']));
  expect(seats.every(({ cookie }) => cookie.startsWith('seat='))).toBe(true);
  for (const weight of [3, 1]) {
    await configure('two', { weight });
    expect(serversOf(await Promise.all(seats.map(({ cookie }) => visit(cookie))))).toEqual(serversOf(seats));
  }
});

test('a backend that drains keeps its visitors while new ones go elsewhere', async () => {
  const seats = await newVisitors(20);
  const again = async () => serversOf(await Promise.all(seats.map(({ cookie }) => visit(cookie))));
  await configure('two', { drain: true });
  expect(await served()).toMatch(/^ +server .* drain;$/m);
  expect(await again()).toEqual(serversOf(seats));
  expect(new Set(serversOf(await newVisitors(40)))).toEqual(new Set(['one']));
  const backendId = await backendOf('two');
  await plane.succeed(toggleBackend, { appId, backendId, enabled: false });
  await settled();
  expect(new Set(await again())).toEqual(new Set(['one']));
  await plane.succeed(toggleBackend, { appId, backendId, enabled: true });
  await configure('two', { drain: false });
  expect(new Set(serversOf(await newVisitors(40)))).toEqual(new Set(['one', 'two']));
});

test('by HTTP/2 a reload loses nothing that the balancer has looked at, and says what it has not', async () => {
  const { chain: certificate, key } = authority.issue({ names: [domain] });
  const { id } = await uploadCertificate(plane.ctx, plane.actor, { appId, certificate, key });
  await plane.succeed(changeLoadBalancer, { appId, tls: { mode: 'uploaded', certificateId: id } });
  await settled();
  expect(await served()).toContain('http2 on;');
  const visitors = sendHttp2Visitors(8, { ...target(), root: authority.root });
  for (const weight of [2, 3, 4, 5, 1]) {
    const warm = visitors.sent + 80;
    await expect.poll(() => visitors.sent, { interval: 10 }).toBeGreaterThan(warm);
    await configure('two', { weight });
  }
  await visitors.leave();
  const { sent, lost, refused } = visitors;
  console.log(JSON.stringify({ sent, lost, refused }));
  expect({ lost }).toEqual({ lost: 0 });
});

test('a removed app leaves nothing on Debian testing', async () => {
  await plane.succeed(removeApp, { appId, confirm: 'Notes' });
  const left = await lab
    .machine('one')
    .run(
      'ls /etc/nginx/fairlead/http /srv/fairlead /etc/fairlead/apps 2>/dev/null | grep -i notes; ' +
        'systemctl list-units --all --plain --no-legend "fairlead-notes*"; getent passwd | grep -i notes; ' +
        'nft list ruleset | grep -w -e 20000 -e 5432; true',
    );
  expect(left.trim()).toBe('');
});
