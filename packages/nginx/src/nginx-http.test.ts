import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Question } from '../testing/ask.ts';
import { type Echo, type EchoApp, startEchoApp } from '../testing/echo-app.ts';
import { freePorts, installedNginx, makePrefix, type Prefix, startNginx } from '../testing/real-nginx.ts';
import { startTextApp, type TextApp } from '../testing/text-app.ts';
import { upgrade } from '../testing/upgrade.ts';
import { frontSpecSchema, renderFront } from './index.ts';

// A front for each setting: some before an app that says what it saw, some before one that answers texts.
let prefix: Prefix;
let nginx: { stop(): Promise<void> };
let app: EchoApp;
let texts: TextApp;
let front: number;

const beforeTexts: readonly string[] = ['plain', 'zipped', 'unzipped', 'impatient', 'streaming'];
const fronts = {
  plain: {},
  small: { maxBodyBytes: 2048 },
  large: { maxBodyBytes: 80 * 1024 ** 2 },
  impatient: { timeouts: { readSeconds: 1 } },
  streaming: { buffering: false },
  zipped: { gzip: { mode: 'on', minBytes: 200 } },
  unzipped: { gzip: { mode: 'off' } },
  healthy: { balancerHealth: { enabled: true, path: '/balancer/health' } },
  closed: { balancerHealth: { enabled: true }, maxBodyBytes: 4096 },
  dressed: {
    requestHeaders: [
      { name: 'X-Tier', value: 'gold; $5 $host $(a) "each" \\' },
      { name: 'X-Secret', value: '' },
      { name: 'User-Agent', value: 'balancer' },
    ],
    responseHeaders: [
      { name: 'Content-Security-Policy', value: "default-src 'self'; img-src $x" },
      { name: 'X-Seen-By', value: 'front' },
      { name: 'X-Powered-By', value: '' },
    ],
    redirects: [{ from: '/dressed-old', to: '/new' }],
  },
  moved: {
    redirects: [
      { from: '/old', to: '/new', status: 301 },
      { from: '/shop', to: '/store?from=$5', status: 307, keepQuery: false },
      { match: 'prefix', from: '/blog/', to: 'https://blog.example.com/news/', status: 308, keepPath: true },
      { match: 'prefix', from: '/blog/a+b(c)/', to: '/longer/', keepPath: true, keepQuery: false },
      { match: 'prefix', from: '/gone/', to: 'http://[2001:db8::1]:8080/', status: 302 },
    ],
  },
  guarded: {
    access: [
      { action: 'deny', source: '127.0.0.9' },
      { action: 'allow', source: '127.0.0.0/28' },
      { action: 'deny', source: 'all' },
    ],
    redirects: [{ from: '/old', to: '/new' }],
  },
  proxied: {
    trustedProxy: { networks: ['127.0.0.7', '127.0.1.0/24'], only: true },
    access: [{ action: 'deny', source: '203.0.113.66' }],
    rateLimit: { requests: 1, per: 'minute', burst: 1 },
  },
  counted: {
    trustedProxy: { networks: ['127.0.0.7'] },
    rateLimit: { requests: 1, per: 'minute', burst: 0 },
    snippet: 'location ~ ^/tail/(.+)$ {\n  add_header X-Tail $1;\n  empty_gif;\n}',
  },
  edged: { trustedProxy: { networks: ['127.0.0.7'], field: 'X-Edge-Client' } },
  limited: { rateLimit: { requests: 1, per: 'minute', burst: 2 }, redirects: [{ from: '/old', to: '/new' }] },
  routed: {
    routes: [
      { prefix: '/api/', app: 'dressed', stripPrefix: true },
      { prefix: '/api/raw/', app: 'healthy' },
      { prefix: '/gone/', app: 'nobody' },
      { prefix: '/texts/', app: 'plain', stripPrefix: true },
    ],
  },
  written: {
    snippet: [
      'location = /teapot {',
      '  default_type text/plain;',
      '  return 200 "short; and } stout";',
      '}',
      'if ($arg_secret = "{") { return 410; }',
      "add_header X-Snippet 'here; }';",
    ].join('\n'),
  },
} as const;

beforeAll(async () => {
  const capabilities = await installedNginx();
  [front = 0] = await freePorts(1);
  app = await startEchoApp('one');
  texts = await startTextApp();
  const sites = Object.entries(fronts).map(([name, http]) => {
    const { port } = beforeTexts.includes(name) ? texts : app;
    const spec = {
      kind: 'front',
      app: name,
      generation: 1,
      names: [`${name}.example.com`],
      listenPort: front,
      maintenance: name === 'closed',
      method: 'round_robin',
      servers: [{ address: '127.0.0.1', port, maxFails: 0 }],
      http,
    };
    return renderFront(frontSpecSchema.parse(spec), capabilities).content;
  });
  prefix = await makePrefix();
  nginx = await startNginx(prefix, sites);
}, 60_000);

afterAll(async () => {
  await nginx?.stop();
  await app?.stop();
  await texts?.stop();
  await prefix?.remove();
}, 60_000);

const visit = (name: keyof typeof fronts, question: Omit<Question, 'port'> = {}) =>
  ask({ port: front, ...question, headers: { Host: `${name}.example.com`, ...question.headers } });
const post = (name: keyof typeof fronts, bytes: number) =>
  visit(name, {
    method: 'POST',
    path: '/upload',
    body: 'x'.repeat(bytes),
    headers: { 'Content-Length': String(bytes) },
  });

describe('the front', { timeout: 60_000 }, () => {
  it('takes a body up to its limit, and answers 413 above it', async () => {
    expect((await post('small', 2048)).status).toBe(200);
    const seen = app.seen.length;
    expect((await post('small', 2049)).status).toBe(413);
    expect(app.seen).toHaveLength(seen);
    expect((await post('plain', 4096)).status).toBe(200);
  });

  it('takes more than the usual 64 MiB where it is told to', async () => {
    expect((await post('large', 65 * 1024 ** 2)).status).toBe(200);
  });

  it('gives up on an app that is silent for longer than it may be', async () => {
    expect((await visit('impatient', { path: '/silent?2500' })).status).toBe(504);
    expect((await visit('plain', { path: '/silent?2500' })).status).toBe(200);
  });

  it('without buffering hands on each part as it comes', async () => {
    const parts = await texts.partsSeen(front, 'streaming.example.com');
    expect(parts.map(({ text }) => text)).toEqual([1, 2, 3, 4, 5].map((part) => `part ${part}\n`));
    expect((parts[4]?.atMs ?? 0) - (parts[0]?.atMs ?? 0)).toBeGreaterThan(250);
  });

  it('with buffering frees the app from a visitor who does not read; without it the app waits with them', async () => {
    const isFreed = async (name: keyof typeof fronts) =>
      texts.isFreedFromIdleReader(front, `${name}.example.com`);
    expect(await isFreed('plain')).toBe(true);
    expect(await isFreed('streaming')).toBe(false);
  });

  it('compresses texts from the least size on, and says that it does', async () => {
    const headers = { 'Accept-Encoding': 'gzip' };
    const zipped = await texts.raw(front, 'zipped.example.com', '/json?2000', headers);
    expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(gunzipSync(zipped.body).toString()).toHaveLength(2000);
    expect(zipped.body.length).toBeLessThan(200);
    const short = await texts.raw(front, 'zipped.example.com', '/json?150', headers);
    expect(short.headers).not.toHaveProperty('content-encoding');
    const picture = await texts.raw(front, 'zipped.example.com', '/image?2000', headers);
    expect(picture.headers).not.toHaveProperty('content-encoding');
    const events = await texts.raw(front, 'zipped.example.com', '/events?2000', headers);
    expect(events.headers).not.toHaveProperty('content-encoding');
    const unzipped = await texts.raw(front, 'unzipped.example.com', '/json?2000', headers);
    expect(unzipped.headers).not.toHaveProperty('content-encoding');
  });

  it('answers for its own health by itself, during maintenance too, and logs none of it', async () => {
    const seen = app.seen.length;
    for (const [name, path] of [
      ['healthy', '/balancer/health'],
      ['closed', '/health'],
    ] as const) {
      const { status, body, headers } = await visit(name, { path });
      expect([status, body, headers['content-type']]).toEqual([200, 'ok', 'text/plain']);
    }
    expect(app.seen).toHaveLength(seen);
    expect((await visit('closed', { path: '/healthy' })).status).toBe(503);
    const echo: Echo = JSON.parse((await visit('healthy', { path: '/health' })).body);
    expect(echo.url).toBe('/health');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const log = await readFile(join(prefix.path, 'log/fairlead-healthy.front.log'), 'utf8');
    expect(log).toContain('GET /health ');
    expect(log).not.toContain('/balancer/health');
  });

  it('tells backends its own fields, letter by letter, and takes away what it should', async () => {
    const headers = { 'X-Tier': 'lead', 'X-Secret': 'yes', 'User-Agent': 'visitor', 'X-Other': 'stays' };
    const echo: Echo = JSON.parse((await visit('dressed', { headers })).body);
    expect(echo.headers).toMatchObject({
      'x-tier': 'gold; $5 $host $(a) "each" \\',
      'user-agent': 'balancer',
      'x-other': 'stays',
      host: `dressed.example.com:${front}`,
    });
    expect(echo.headers).not.toHaveProperty('x-secret');
  });

  it('gives visitors its own fields in place of the app’s, with errors and redirects too', async () => {
    const paths = { '/': 200, '/break': 502, '/dressed-old': 302 };
    for (const [path, status] of Object.entries(paths)) {
      const answer = await visit('dressed', { path });
      expect(answer.status).toBe(status);
      expect(answer.headers['content-security-policy']).toBe("default-src 'self'; img-src $x");
      expect(answer.headers['x-seen-by']).toBe('front');
      expect(answer.headers).not.toHaveProperty('x-powered-by');
    }
    expect((await visit('plain', { path: '/' })).headers['x-powered-by']).toBe('texts');
  });

  it.each([
    ['/old', 301, '/new'],
    ['/old?a=1&b=%0d%0a', 301, '/new?a=1&b=%0d%0a'],
    ['/old/', 200, null],
    ['/shop?a=1', 307, '/store?from=$5'],
    ['/blog/2024/a%20b?c=d', 308, 'https://blog.example.com/news/2024/a%20b?c=d'],
    ['/blog/', 308, 'https://blog.example.com/news/'],
    ['/blog/x%0d%0aSet-Cookie:%20a=b', 308, 'https://blog.example.com/news/x%0d%0aSet-Cookie:%20a=b'],
    ['/x/../blog/y', 308, 'https://blog.example.com/news/'],
    ['/blog/a+b(c)/d?e', 302, '/longer/d'],
    ['/gone/x?y', 302, 'http://[2001:db8::1]:8080/?y'],
    ['/elsewhere', 200, null],
  ])('leads %s with %i to %s', async (path, status, location) => {
    const answer = await visit('moved', { path });
    expect([answer.status, answer.headers.location ?? null]).toEqual([status, location]);
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('lets in by the first rule that fits', async () => {
    const statuses = {
      '127.0.0.1': 200,
      '127.0.0.2': 200,
      '127.0.0.9': 403,
      '127.0.0.15': 200,
      '127.0.0.16': 403,
    };
    for (const [from, status] of Object.entries(statuses)) {
      expect((await visit('guarded', { from })).status, from).toBe(status);
      const upgraded = { Connection: 'Upgrade', Upgrade: 'websocket' };
      if (status === 403) expect((await visit('guarded', { from, headers: upgraded })).status).toBe(403);
    }
    const seen = app.seen.length;
    const forged = { 'X-Forwarded-For': '127.0.0.1', 'X-Real-IP': '127.0.0.1' };
    expect((await visit('guarded', { from: '127.0.0.9', headers: forged })).status).toBe(403);
    expect(app.seen).toHaveLength(seen);
    const challenge = '/.well-known/acme-challenge/none';
    expect((await visit('guarded', { from: '127.0.0.9', path: challenge })).status).toBe(404);
  });

  it('answers 429 to an address that asks too often, and to no other', async () => {
    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn += 1)
      statuses.push((await visit('limited', { from: '127.0.0.4' })).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await visit('limited', { from: '127.0.0.5' })).status).toBe(200);
    const upgraded = { Connection: 'Upgrade', Upgrade: 'websocket' };
    expect((await visit('limited', { from: '127.0.0.4', headers: upgraded })).status).toBe(429);
  });

  it('believes the trusted proxy about who the visitor is, and nobody else', async () => {
    const seen = async (from: string, headers: Record<string, string>) => {
      const { body } = await visit('edged', { from, headers });
      return (JSON.parse(body) as Echo).headers;
    };
    const said = { 'X-Edge-Client': '203.0.113.5', 'X-Forwarded-Proto': 'https' };
    expect(await seen('127.0.0.7', { ...said, 'X-Forwarded-For': '1.2.3.4' })).toMatchObject({
      'x-real-ip': '203.0.113.5',
      'x-forwarded-for': '203.0.113.5',
      'x-edge-client': '203.0.113.5',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
    });
    expect(await seen('127.0.0.9', said)).toMatchObject({
      'x-real-ip': '127.0.0.9',
      'x-forwarded-for': '127.0.0.9',
      'x-edge-client': '127.0.0.9',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '80',
    });
    expect(await seen('127.0.0.7', { 'X-Edge-Client': 'nobody', 'X-Forwarded-Proto': 'ftp' })).toMatchObject({
      'x-real-ip': '127.0.0.7',
      'x-forwarded-proto': 'http',
    });
    const forged = { 'CF-Connecting-IP': '1.2.3.4', 'True-Client-IP': '1.2.3.4', Forwarded: 'for=1.2.3.4' };
    const plain = await seen('127.0.0.7', { ...said, ...forged });
    for (const name of Object.keys(forged)) expect(plain).not.toHaveProperty(name.toLowerCase());
  });

  it('looks past every hop that is the proxy’s own, and goes by the visitor for rules and limits', async () => {
    const through = (client: string, from = '127.0.0.7') =>
      visit('proxied', { from, headers: { 'X-Forwarded-For': `9.9.9.9, ${client}, 127.0.1.4` } });
    const first = await through('203.0.113.5');
    expect(first.status).toBe(200);
    expect((JSON.parse(first.body) as Echo).headers['x-forwarded-for']).toBe('203.0.113.5');
    expect((await through('203.0.113.66')).status).toBe(403);
    expect((await through('203.0.113.5')).status).toBe(200);
    expect((await through('203.0.113.5')).status).toBe(429);
    expect((await through('203.0.113.6', '127.0.1.9')).status).toBe(200);
  });

  it('counts an IPv6 visitor by the first 64 bits, whatever bytes they hold, and loses no $1 by it', async () => {
    const from = async (client: string) => {
      const headers = { 'X-Forwarded-For': client };
      const { status, headers: answered } = await visit('counted', {
        from: '127.0.0.7',
        path: '/tail/end',
        headers,
      });
      return `${status} ${answered['x-tail'] ?? ''}`.trim();
    };
    expect(await from('2001:db8:a:a0a:0:a00:0:1')).toBe('200 end');
    expect(await from('2001:db8:a:a0a:a0a:a0a:a0a:a0a')).toBe('429');
    expect(await from('2001:db8:a:a0a::')).toBe('429');
    expect(await from('2001:db8:a:a0b:0:a00:0:1')).toBe('200 end');
    expect(await from('2001:db8::4142:0:a00:0:1')).toBe('200 end');
    expect(await from('2001:db8::6162:0:a00:0:1')).toBe('200 end');
    expect(await from('203.0.113.5')).toBe('200 end');
    expect(await from('203.0.113.6')).toBe('200 end');
    expect(await from('203.0.113.5')).toBe('429');
  });

  it('refuses whoever comes past the proxy where it is told to, but for the balancer itself', async () => {
    const forged = { 'X-Forwarded-For': '127.0.0.7', 'X-Real-IP': '127.0.0.7' };
    for (const path of ['/', '/.well-known/acme-challenge/x']) {
      expect((await visit('proxied', { from: '127.0.0.9', path, headers: forged })).status).toBe(403);
    }
    expect((await visit('proxied', { from: '127.0.0.1' })).status).toBe(200);
  });

  it.each([
    ['/api/users?a=b%20c', 200, '/users?a=b%20c'],
    ['/api/', 200, '/'],
    ['/api/a%20b%0ac', 200, '/a%20b%0Ac'],
    ['/api/raw/x%2Fy?z', 200, '/api/raw/x%2Fy?z'],
    ['/api', 301, null],
    ['/gone/x', 502, null],
  ])('leads %s to another app, or answers %i where there is none', async (path, status, url) => {
    const answer = await visit('routed', { path });
    expect(answer.status).toBe(status);
    if (url === null) return;
    const echo: Echo = JSON.parse(answer.body);
    expect(echo.url).toBe(url);
    expect(echo.headers).toMatchObject({
      host: `routed.example.com:${front}`,
      'x-forwarded-for': '127.0.0.1',
    });
  });

  it('leads a route to the other app’s backends, WebSockets too, and the rest to its own', async () => {
    expect((await visit('routed', { path: '/texts/json?5' })).body).toBe('aaaaa');
    expect(JSON.parse((await visit('routed', { path: '/json?5' })).body)).toMatchObject({ app: 'one' });
    for (const path of ['/texts/live', '/api/live', '/live'])
      expect(await upgrade(front, 'routed.example.com', path)).toBe('ping');
  });

  it('does what a snippet says, in the server block of its app alone', async () => {
    expect(await visit('written', { path: '/teapot' })).toMatchObject({
      status: 200,
      body: 'short; and } stout',
    });
    expect((await visit('written', { path: '/?secret=%7B' })).status).toBe(200);
    expect((await visit('written', { path: '/?secret={' })).status).toBe(410);
    expect((await visit('written')).headers['x-snippet']).toBe('here; }');
    expect((await visit('healthy')).headers).not.toHaveProperty('x-snippet');
  });

  it.each([
    'plain',
    'small',
    'zipped',
    'healthy',
    'streaming',
    'dressed',
    'moved',
    'routed',
    'written',
  ] as const)('still passes WebSockets on: %s', async (name) => {
    expect(await upgrade(front, `${name}.example.com`, '/live')).toBe('ping');
  });
});
