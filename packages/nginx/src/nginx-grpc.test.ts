import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeAuthority } from '../testing/certificates.ts';
import { type GrpcApp, GrpcVisitor, startGrpcApp } from '../testing/grpc-app.ts';
import {
  authority,
  freePorts,
  installedNginx,
  makePrefix,
  type Prefix,
  startNginx,
} from '../testing/real-nginx.ts';
import { backendSpecSchema, frontSpecSchema, hasPlainGrpc, renderBackend, renderFront } from './index.ts';

// A gRPC service behind its own Nginx site and a front with TLS, on the installed Nginx, asked by a client of gRPC's own.
let prefix: Prefix;
let nginx: { stop(): Promise<void> };
let app: GrpcApp;
const visitors: Record<string, GrpcVisitor> = {};

const name = 'shop.backend.fairlead.internal';
const ours = makeAuthority();
const shown = ours.issue({ names: [name], isDirect: true });
const certificate = 'ce'.repeat(32);
const trusted = 'ca'.repeat(32);

beforeAll(async () => {
  const capabilities = { ...(await installedNginx()), announcesReloads: true };
  const [front = 0, secure = 0, nobody = 0, ...ports] = await freePorts(9);
  app = await startGrpcApp();
  const slugs = ['encrypted', 'gone', 'small', ...(hasPlainGrpc(capabilities) ? ['plain'] : [])];
  const sites = slugs.flatMap((slug, index) => {
    const isTls = slug !== 'plain';
    const port = ports[index] ?? 0;
    const common = { app: slug, generation: 1 };
    const target = { runtime: 'node', port: slug === 'gone' ? nobody : app.port };
    const frontSpec = {
      ...common,
      kind: 'front',
      names: [`${slug}.example.com`],
      listenPort: front,
      tls: { listenPort: secure, certificate: 'c5'.repeat(32), names: [`${slug}.example.com`] },
      method: 'round_robin',
      servers: [{ address: '127.0.0.1', port }],
      ...(isTls ? { backendTls: { authority: trusted, name } } : {}),
      http: {
        grpc: ['/shop.Orders/', '/shop.Other/'],
        timeouts: { readSeconds: slug === 'small' ? 1 : 65 },
        ...(slug === 'small' ? { maxBodyBytes: 1024 } : {}),
        requestHeaders: [{ name: 'X-Tier', value: 'gold' }],
      },
    };
    const backendSpec = {
      ...common,
      kind: 'backend',
      listenAddress: '127.0.0.1',
      listenPort: port,
      balancerAddresses: ['127.0.0.1'],
      target,
      grpc: ['/shop.Orders/', '/shop.Other/'],
      ...(isTls ? { tls: { certificate, ports: [port] } } : {}),
    };
    visitors[slug] = new GrpcVisitor(secure, authority.root, `${slug}.example.com`);
    return [
      renderFront(frontSpecSchema.parse(frontSpec), capabilities).content,
      renderBackend(backendSpecSchema.parse(backendSpec), capabilities).content,
    ];
  });
  prefix = await makePrefix();
  await writeFile(join(prefix.path, 'ca.pem'), ours.root);
  await writeFile(join(prefix.path, 'own.pem'), shown.chain);
  await writeFile(join(prefix.path, 'own.key'), shown.key, { mode: 0o600 });
  const relocated = sites.map((text) =>
    text
      .replaceAll(/\/etc\/fairlead\/certificates\/[^/]+\/(?:ca){32}/g, `${prefix.path}/ca`)
      .replaceAll(/\/etc\/fairlead\/certificates\/[^/]+\/(?:ce){32}/g, `${prefix.path}/own`),
  );
  nginx = await startNginx(prefix, relocated);
}, 60_000);

afterAll(async () => {
  for (const visitor of Object.values(visitors)) visitor.close();
  await nginx?.stop();
  app?.stop();
  await prefix?.remove();
}, 60_000);

const visitor = (slug: string): GrpcVisitor => visitors[slug] as GrpcVisitor;

it('a call goes by HTTP/2 and TLS to the app, with what the balancer says of the visitor', async () => {
  expect(await visitor('encrypted').echo('hello')).toBe('hello');
  expect(await visitor('encrypted').echo('x'.repeat(500_000))).toHaveLength(500_000);
  const metadata = app.seen.at(0)?.getMap();
  expect(metadata).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-tier': 'gold',
  });
});

it('both sides stream, each part at once', async () => {
  expect(await visitor('encrypted').chat(['one', 'two', 'three'])).toEqual(['one', 'two', 'three']);
});

it('the app’s own status comes as it is', async () => {
  expect(await visitor('encrypted').echo('refuse')).toMatchObject({ code: 9, details: 'not now' });
  const unknown = await visitor('encrypted').echo('x', 5_000, '/shop.Other/Nothing');
  expect(unknown).toMatchObject({ code: 12, details: expect.stringContaining('not implement') });
});

it('what Nginx answers by itself is a status of gRPC', async () => {
  expect(await visitor('gone').echo('hello')).toMatchObject({ code: 14, details: 'no backend answers' });
  expect(await visitor('small').echo('x'.repeat(5_000))).toMatchObject({
    code: 8,
    details: 'message too large',
  });
  expect(await visitor('small').echo('wait')).toMatchObject({ code: 14, details: 'no answer in time' });
});

it('by plain HTTP to the backend where its Nginx can; elsewhere its site stays without HTTP/2, by which no other visitor could come', async () => {
  if (visitors.plain !== undefined) {
    expect(await visitor('plain').echo('hello')).toBe('hello');
    return;
  }
  const spec = {
    ...{ kind: 'backend', app: 'plain', generation: 1, listenAddress: '127.0.0.1', listenPort: 20_000 },
    balancerAddresses: ['127.0.0.1'],
    target: { runtime: 'node', port: app.port },
    grpc: ['/shop.Orders/'],
  };
  const { content } = renderBackend(backendSpecSchema.parse(spec), await installedNginx());
  expect(content).not.toContain('http2');
});
