import {
  changeLoadBalancer,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  finishMove,
  importConfig,
  listImports,
  moveLoadBalancer,
  planLoadBalancer,
  readApp,
  readLoadBalancer,
  readSites,
  removeApp,
  startDeployment,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import type { Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { startTraffic, type Traffic } from '../../testing/traffic.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const domain = 'shop.example';
const link = '/etc/nginx/sites-enabled/shop.conf';
const file = '/etc/nginx/sites-available/shop.conf';
const kept = '/etc/nginx/fairlead/replaced/notes';
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let servers: Server[];
let appId: string;
let traffic: Traffic;
let text: string;

/** What served the shop before Fairlead: a process on a port of its own, which answers as the app does. */
const formerApp = (name: string) => `import { createServer } from 'node:http';
createServer((request, answer) => {
  request.resume().on('end', () => {
    if (request.method === 'POST') answer.writeHead(303, { Location: '/' }).end();
    else answer.end('{"server":"former-${name}"}');
  });
}).listen(8081);
`;

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(61, ['one', 'two', 'three']);
  const git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  servers = await prepareFleet(plane, lab.machines);
  for (const name of ['one', 'two']) {
    await lab.machine(name).run(`cat > /root/former.mjs <<'END'\n${formerApp(name)}END`);
    await lab.machine(name).run('systemd-run --unit=former node /root/former.mjs');
  }
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Notes',
    repositoryUrl: git.repo('node-notes').url,
    runtime: 'node',
    installCommand: 'npm ci --omit=dev',
    buildCommand: 'node build.js',
    startCommand: 'node server.js',
    domains: [],
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    primaryServerId: servers[0]?.id,
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(enableLoadBalancer, {
    appId,
    serverIds: [servers[1]?.id],
    acknowledged: checklistKeys,
  });
  const [two, three] = ['two', 'three'].map((name) => lab.machine(name).address);
  text = `upstream shop {
    least_conn;
    server 127.0.0.1:8081 weight=3 max_fails=2;
    server ${two}:8081 fail_timeout=30s;
    server ${three}:8081 backup;
    server 192.0.2.99:8081 down;
    keepalive 32;
}
server {
    listen 80;
    server_name ${domain};
    client_max_body_size 20m;
    location / {
        include proxy_params;
        proxy_pass http://shop;
        proxy_read_timeout 300s;
        add_header X-Own yes;
    }
    location = /teapot { return 418; }
}
`;
  await write(text);
  await lab.machine('one').run(`ln -s ../sites-available/shop.conf ${link} && nginx -s reload && sleep 1`);
  traffic = startTraffic({
    address: lab.machine('one').address,
    host: domain,
    path: '/whoami',
    postPath: '/notes',
  });
});
afterAll(async () => {
  await traffic?.stop();
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const write = (content: string) => lab.machine('one').run(`cat > ${file} <<'END'\n${content}END`);
const inService = async () => (await lab.machine('one').run(`readlink ${link} || true`)).trim();
const ask = (path: string, format: string) =>
  lab.machine('one').run(`curl -s -o /dev/null -w '${format}' -H 'Host: ${domain}' http://127.0.0.1${path}`);
const settle = () => new Promise((resolve) => setTimeout(resolve, 1_000));
async function read() {
  await plane.succeed(readSites, { appId });
  const { items } = await listImports(plane.ctx, plane.actor, { appId });
  const item = items.find(({ path }) => path === link);
  if (item === undefined) throw new Error(`${link} was not read`);
  return item;
}
async function state() {
  const { method, http, backends } = await readLoadBalancer(plane.ctx, plane.actor, { appId });
  const { domains } = await readApp(plane.ctx, plane.actor, { appId });
  return {
    method,
    http,
    domains,
    shares: backends.map(({ weight, maxFails, failTimeoutSeconds }) => ({
      weight,
      maxFails,
      failTimeoutSeconds,
    })),
  };
}

/** A config that Nginx takes where it is, and that an import must not leave the app with. */
async function failsWith(content: string, code: string, between: () => Promise<unknown> = async () => {}) {
  await write(content);
  await lab.machine('one').run('nginx -s reload && sleep 0.5');
  const { path, sha256 } = await read();
  await between();
  const before = await state();
  const operation = await plane.finish(importConfig, { appId, path, sha256 });
  expect(operation).toMatchObject({ status: 'failed', error: { code } });
  expect(await state()).toEqual(before);
  expect(await inService()).toBe('../sites-available/shop.conf');
  expect((await listImports(plane.ctx, plane.actor, { appId })).imported).toEqual([]);
  expect((await readLoadBalancer(plane.ctx, plane.actor, { appId })).status).toBe('on');
  expect((await lab.machine('one').run(`ls ${kept} 2>/dev/null || true`)).trim()).toBe('');
  await write(text);
  await lab.machine('one').run('nginx -s reload && sleep 0.5');
}

test('shows what the server serves by itself, and what an import would make of it', async () => {
  const { result, refusal, blocks } = await read();
  expect({ refusal, blocks }).toMatchObject({
    refusal: null,
    blocks: [{ names: [domain], upstream: 'shop' }],
  });
  expect(result?.servers.map(({ is, server }) => [is, server?.name])).toEqual([
    ['backend', 'one'],
    ['backend', 'two'],
    ['server', 'three'],
    ['unknown', undefined],
  ]);
  expect(result).toMatchObject({
    settings: expect.arrayContaining(['Largest request body: 20 MiB']),
    lost: [],
  });
});

test('a file that was changed since, or that Nginx refuses in the front, changes nothing', async () => {
  await failsWith(text, 'conflict', () => write(`${text}# changed\n`));
  // The zone goes with the file, whose include alone brings it.
  await lab
    .machine('one')
    .run(`echo 'limit_conn_zone $server_name zone=shop_zone:1m;' > /etc/nginx/shop-zone.conf`);
  const zoned = text.replace('listen 80;', 'listen 80;\n    limit_conn shop_zone 500;');
  await failsWith(`include shop-zone.conf;\n${zoned}`, 'nginx-test-failed');
});

test('an import with which the app does not answer is put back, the file in service again', async () => {
  await failsWith(
    text.replace('location = /teapot', 'location = / { return 500; }\n    location = /teapot'),
    'never-healthy',
  );
  expect(await ask('/', '%{http_code}')).toBe('200');
});

test('the front takes the place of the file in one operation', async () => {
  const { path, sha256 } = await read();
  const { notes } = await planLoadBalancer(plane.ctx, plane.actor, { appId, action: 'import', path, sha256 });
  expect(notes.map((note) => note.text).join('\n')).toMatch(/three, which does not run this app/);
  await plane.succeed(importConfig, { appId, path, sha256 });
  await settle();
  expect(await state()).toMatchObject({
    method: 'least_conn',
    domains: [domain],
    http: {
      maxBodyBytes: 20 * 1024 ** 2,
      timeouts: { readSeconds: 300 },
      snippet: expect.stringContaining('/teapot'),
    },
    shares: [{ weight: 3, maxFails: 2 }, { failTimeoutSeconds: 30 }],
  });
  expect(await inService()).toBe('');
  expect((await lab.machine('one').run(`readlink ${kept}/*`)).trim()).toBe('../sites-available/shop.conf');
  expect(await lab.machine('one').run(`cat ${file}`)).toBe(text);
  expect(await lab.machine('one').run('nginx -t 2>&1')).not.toContain('conflicting');
  expect(await ask('/teapot', '%{http_code}')).toBe('418');
  expect(await ask('/whoami', '%header{x-own}')).toBe('yes');
  const { answers } = traffic.report;
  expect(answers['former-one'], JSON.stringify(answers)).toBeGreaterThan(10);
  expect(answers.one).toBeGreaterThan(0);
});

test('no request was lost over all of it', async () => {
  const report = await traffic.stop();
  expect(report.requests).toBeGreaterThan(200);
  const said = await Promise.all(
    ['one', 'two'].map((name) =>
      lab.machine(name).run('grep -h error /var/log/nginx/error.log | tail -20 || true'),
    ),
  );
  expect(report.failures, said.join('\n')).toEqual([]);
});

test('a later change leaves the file where it is, and a server that is no longer the balancer has it in service again', async () => {
  await plane.succeed(changeLoadBalancer, { appId, http: { maxBodyBytes: 30 * 1024 ** 2 } });
  expect(await inService()).toBe('');
  const moveTo = async (index: number) => {
    await plane.succeed(moveLoadBalancer, { appId, serverId: servers[index]?.id });
    await plane.succeed(finishMove, { appId, confirm: true });
  };
  await moveTo(1);
  expect(await inService()).toBe('../sites-available/shop.conf');
  expect((await listImports(plane.ctx, plane.actor, { appId })).imported).toEqual([]);
  await moveTo(0);
  const { path, sha256 } = await read();
  await plane.succeed(importConfig, { appId, path, sha256 });
  expect(await inService()).toBe('');
});

test('the file is in service again once the app is gone', async () => {
  await plane.succeed(removeApp, { appId, confirm: 'Notes' });
  expect(await inService()).toBe('../sites-available/shop.conf');
  await settle();
  expect(await lab.machine('one').run(`curl -s -H 'Host: ${domain}' http://127.0.0.1/whoami`)).toContain(
    'former-',
  );
  expect(
    (await lab.machine('one').run(`ls -A ${kept} /var/lib/fairlead/replaced 2>/dev/null || true`)).trim(),
  ).not.toContain('shop');
});
