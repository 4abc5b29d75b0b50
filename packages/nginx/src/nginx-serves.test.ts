import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Question } from '../testing/ask.ts';
import { type Echo, type EchoApp, startEchoApp } from '../testing/echo-app.ts';
import { freePorts, installedNginx, makePrefix, type Prefix, startNginx } from '../testing/real-nginx.ts';
import { upgrade } from '../testing/upgrade.ts';
import { backendSpecSchema, frontSpecSchema, renderBackend, renderFront } from './index.ts';

// client → front `shop` → the sites of two backends → two apps; front `bare` → the apps themselves; front `shut` with all its servers down.
let prefix: Prefix;
let nginx: { stop(): Promise<void> };
let apps: EchoApp[];
let front: number;
let sites: number[];

const names = { shop: 'shop.example.com', bare: 'bare.example.com', shut: 'shut.example.com' };
const longName = `${'long-'.repeat(11)}name.example.com`;

beforeAll(async () => {
  const capabilities = await installedNginx();
  const [frontPort = 0, ...sitePorts] = await freePorts(3);
  front = frontPort;
  sites = sitePorts;
  apps = await Promise.all(['one', 'two'].map(startEchoApp));
  const frontOf = (app: keyof typeof names, ports: number[], down = false) =>
    renderFront(
      frontSpecSchema.parse({
        kind: 'front',
        app,
        generation: 4,
        names: app === 'shop' ? [names.shop, longName, '::1'] : [names[app]],
        listenPort: front,
        method: 'round_robin',
        servers: ports.map((port) => ({ address: '127.0.0.1', port, maxFails: 0, down })),
      }),
      capabilities,
    ).content;
  const siteOf = (app: string, listenPort: number | undefined, port: number) =>
    renderBackend(
      backendSpecSchema.parse({
        kind: 'backend',
        app,
        generation: 4,
        listenAddress: '127.0.0.1',
        listenPort,
        balancerAddresses: ['127.0.0.1'],
        target: { runtime: 'node', port },
      }),
      capabilities,
    ).content;
  const appPorts = apps.map(({ port }) => port);
  prefix = await makePrefix();
  nginx = await startNginx(prefix, [
    frontOf('shop', sites),
    frontOf('bare', appPorts),
    frontOf('shut', appPorts, true),
    ...apps.map(({ name, port }, index) => siteOf(`shop-${name}`, sites[index], port)),
  ]);
}, 60_000);

afterAll(async () => {
  await nginx?.stop();
  await Promise.all((apps ?? []).map((app) => app.stop()));
  await prefix?.remove();
}, 60_000);

const visit = (host: string, question: Omit<Question, 'port'> = {}) =>
  ask({ port: front, ...question, headers: { Host: host, ...question.headers } });

async function echoed(host: string, question: Omit<Question, 'port'> = {}): Promise<Echo> {
  const { status, body } = await visit(host, question);
  expect(status, body).toBe(200);
  return JSON.parse(body);
}

describe('the front', { timeout: 60_000 }, () => {
  it('gives requests to both backends in turn', async () => {
    const answers = [];
    for (let index = 0; index < 20; index += 1) answers.push((await echoed(names.shop)).app);
    expect(answers.filter((app) => app === 'one')).toHaveLength(10);
  });

  it('tells the app who the client is and what it asked for, and drops what the client says of that', async () => {
    const forged = {
      'X-Forwarded-For': '6.6.6.6',
      'X-Real-IP': '6.6.6.6',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Port': '443',
      'X-Forwarded-Host': 'evil.example.com',
      'X-Forwarded-Prefix': '/evil',
      'X-Original-URL': '/admin',
      Forwarded: 'for=6.6.6.6',
      Proxy: 'http://evil.example.com',
    };
    const { headers } = await echoed(names.shop, { from: '127.0.0.3', headers: forged });
    expect(headers).toMatchObject({
      host: `${names.shop}:${front}`,
      'x-real-ip': '127.0.0.3',
      'x-forwarded-for': '127.0.0.3',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(front),
      'x-forwarded-host': `${names.shop}:${front}`,
    });
    for (const name of ['forwarded', 'proxy', 'x-forwarded-prefix', 'x-original-url']) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  it('answers its own names alone, long ones and addresses too', async () => {
    expect((await visit(longName)).status).toBe(200);
    expect((await visit('[::1]', { to: '::1' })).status).toBe(200);
    for (const stranger of ['', 'evil.example.com', 'shop.invalid', `x${longName}`, '127.0.0.1']) {
      expect((await visit(stranger)).status, stranger).toBe(421);
    }
  });

  it('answers 503 by itself when all its servers are down, and asks none', async () => {
    const before = apps.flatMap(({ seen }) => seen).length;
    const { status, headers, body } = await visit(names.shut);
    expect([status, headers['retry-after'], body]).toEqual([
      503,
      '10',
      'No backend of this app is switched on.\n',
    ]);
    expect(apps.flatMap(({ seen }) => seen)).toHaveLength(before);
  });

  it('asks another backend when one breaks on a GET, but never sends a POST twice', async () => {
    const tries = (line: string) => apps.flatMap(({ seen }) => seen).filter((entry) => entry === line).length;
    expect((await visit(names.bare, { path: '/break' })).status).toBe(502);
    expect(tries('GET /break')).toBe(2);
    expect((await visit(names.bare, { path: '/break', method: 'POST', body: 'pay' })).status).toBe(502);
    expect(tries('POST /break')).toBe(1);
  });

  it('passes WebSockets on, both ways', async () => {
    expect(await upgrade(front, names.shop, '/live')).toBe('ping');
  });

  it('passes no other upgrade on', async () => {
    const h2c = {
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'AAMAAABkAAQCAAAAAAIAAAAA',
    };
    const { headers } = await echoed(names.bare, { headers: h2c });
    expect(headers).not.toHaveProperty('upgrade');
  });

  it('hands on at once what an app streams', async () => {
    await new Promise<void>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: front,
        path: '/stream',
        headers: { Host: names.shop },
        agent: false,
      };
      request(options, (response) => {
        response.once('data', (chunk) => {
          expect(String(chunk)).toBe('first');
          for (const app of apps) app.finishStreams();
          response.resume().on('end', resolve);
        });
      })
        .on('error', reject)
        .end();
    });
  });

  it.each(['/.well-known/fairlead/health', '/.well-known//fairlead/health', '/x/../.well-known/fairl%65ad/'])(
    'never lets a visitor reach %s of a backend',
    async (path) => {
      expect((await visit(names.shop, { path })).status).toBe(404);
    },
  );

  it('keeps ACME challenges out of the app', async () => {
    const before = apps.flatMap(({ seen }) => seen).length;
    expect((await visit(names.shop, { path: '/.well-known/acme-challenge/none' })).status).toBe(404);
    expect(apps.flatMap(({ seen }) => seen)).toHaveLength(before);
    expect((await visit(names.shop, { path: '/.well-known/security.txt' })).status).toBe(200);
  });
});

describe('a backend’s site', { timeout: 60_000 }, () => {
  it('answers its health without the app', async () => {
    const before = apps.flatMap(({ seen }) => seen).length;
    const { status, body } = await ask({ port: sites[0] ?? 0, path: '/.well-known/fairlead/health' });
    expect([status, body]).toEqual([200, 'shop-one 4']);
    expect(apps.flatMap(({ seen }) => seen)).toHaveLength(before);
  });

  it.each(['/', '/.well-known/fairlead/health'])('refuses %s to all but the balancer', async (path) => {
    const port = sites[0] ?? 0;
    const forged = { 'X-Real-IP': '127.0.0.1', 'X-Forwarded-For': '127.0.0.1' };
    expect((await ask({ port, path, from: '127.0.0.2' })).status).toBe(403);
    expect((await ask({ port, path, from: '127.0.0.2', headers: forged })).status).toBe(403);
    expect((await ask({ port, path, from: '127.0.0.1' })).status).toBe(200);
  });

  it('takes the balancer’s word about the client', async () => {
    const word = { 'X-Real-IP': '203.0.113.9', 'X-Forwarded-For': 'nonsense', 'X-Forwarded-Proto': 'https' };
    const { body } = await ask({ port: sites[0] ?? 0, headers: { Host: 'a.example.com', ...word } });
    expect(JSON.parse(body).headers).toMatchObject({
      host: 'a.example.com',
      'x-real-ip': '203.0.113.9',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
    });
  });
});
