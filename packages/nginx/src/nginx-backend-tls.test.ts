import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ask } from '../testing/ask.ts';
import { makeAuthority } from '../testing/certificates.ts';
import { type Echo, type EchoApp, startEchoApp } from '../testing/echo-app.ts';
import { freePorts, installedNginx, makePrefix, type Prefix, startNginx } from '../testing/real-nginx.ts';
import { upgrade } from '../testing/upgrade.ts';
import { backendSpecSchema, frontSpecSchema, renderBackend, renderFront } from './index.ts';

// Fronts that ask backends by TLS, each with its own Nginx site before one app, all on the installed Nginx.
let prefix: Prefix;
let nginx: { stop(): Promise<void> };
let app: EchoApp;
let front: number;
let direct: { tls: number; plain: number };

const name = 'shop.backend.fairlead.internal';
const ours = makeAuthority();
const wish = { names: [name], isDirect: true };
const shown = {
  good: ours.issue(wish),
  expired: ours.issue({ ...wish, days: -1 }),
  misnamed: ours.issue({ ...wish, names: ['other.backend.fairlead.internal'] }),
  // Of an authority that is called the same.
  foreign: makeAuthority().issue(wish),
  // Its backend listens without TLS where the front expects it.
  plain: null,
} as const;
const sha = (slug: string) => Buffer.from(slug.padEnd(32, '.')).toString('hex');

beforeAll(async () => {
  const capabilities = { ...(await installedNginx()), announcesReloads: true };
  const slugs = Object.keys(shown);
  const [visited = 0, ...ports] = await freePorts(1 + 2 * slugs.length);
  front = visited;
  app = await startEchoApp('one');
  const sites = slugs.flatMap((slug, index) => {
    const [tls = 0, plain = 0] = ports.slice(2 * index, 2 * index + 2);
    if (slug === 'good') direct = { tls, plain };
    const common = { app: slug, generation: 1 };
    const frontSpec = {
      ...common,
      kind: 'front',
      names: [`${slug}.example.com`],
      listenPort: front,
      method: 'round_robin',
      servers: [{ address: '127.0.0.1', port: tls }],
      backendTls: { authority: sha('authority'), name },
    };
    const backendSpec = {
      ...common,
      kind: 'backend',
      listenAddress: '127.0.0.1',
      listenPort: tls,
      alsoListenPorts: [plain],
      balancerAddresses: ['127.0.0.1'],
      target: { runtime: 'node', port: app.port },
      ...(slug === 'plain' ? {} : { tls: { certificate: sha(slug), ports: [tls] } }),
    };
    return [
      renderFront(frontSpecSchema.parse(frontSpec), capabilities).content,
      renderBackend(backendSpecSchema.parse(backendSpec), capabilities).content,
    ];
  });
  prefix = await makePrefix();
  await writeFile(join(prefix.path, `${sha('authority')}.pem`), ours.root);
  for (const [slug, made] of Object.entries(shown)) {
    if (made === null) continue;
    await writeFile(join(prefix.path, `${sha(slug)}.pem`), made.chain);
    await writeFile(join(prefix.path, `${sha(slug)}.key`), made.key, { mode: 0o600 });
  }
  const places = /\/etc\/fairlead\/certificates\/[^/]+\/(?=[0-9a-f]{64})/g;
  nginx = await startNginx(
    prefix,
    sites.map((text) => text.replaceAll(places, `${prefix.path}/`)),
  );
}, 60_000);

afterAll(async () => {
  await nginx?.stop();
  await app?.stop();
  await prefix?.remove();
}, 60_000);

const visit = (slug: string, more: { method?: string; body?: string; path?: string } = {}) =>
  ask({ port: front, headers: { Host: `${slug}.example.com` }, ...more });

it('asks a backend by TLS, and the app sees the visitor as before', async () => {
  const { status, body } = await visit('good', { method: 'POST', body: 'x'.repeat(100_000), path: '/a?b' });
  expect(status).toBe(200);
  const { method, url, headers } = JSON.parse(body) as Echo;
  expect({ method, url, host: headers.host, for: headers['x-forwarded-for'] }).toEqual({
    method: 'POST',
    url: '/a?b',
    host: `good.example.com:${front}`,
    for: '127.0.0.1',
  });
  expect(await upgrade(front, 'good.example.com', '/socket')).toBe('ping');
});

it('a backend that listens both ways answers both, and speaks no plain HTTP on its port of TLS', async () => {
  const headers = { Host: 'good.example.com' };
  expect((await ask({ port: direct.plain, headers })).status).toBe(200);
  expect((await ask({ port: direct.tls, headers })).status).toBe(400);
});

it.each([
  ['expired', /certificate has expired/],
  ['misnamed', /upstream SSL certificate does not match "shop\.backend\.fairlead\.internal"/],
  ['foreign', /certificate verify error/],
  ['plain', /SSL_do_handshake\(\) failed/],
] as const)('%s: nothing is sent to a backend that does not prove who it is', async (slug, reason) => {
  app.seen.splice(0);
  expect((await visit(slug, { method: 'POST', body: 'secret' })).status).toBe(502);
  expect((await visit(slug)).status).toBe(502);
  expect(app.seen).toEqual([]);
  await vi.waitFor(async () => {
    const log = await readFile(join(prefix.path, 'log', 'error.log'), 'utf8');
    expect(
      log
        .split('\n')
        .filter((line) => line.includes(`${slug}.example.com`))
        .join('\n'),
    ).toMatch(reason);
  });
});
