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
  type RunningNginx,
  startNginx,
} from '../testing/real-nginx.ts';
import {
  backendGrpcSpecSchema,
  backendSpecSchema,
  frontSpecSchema,
  hasPlainGrpc,
  renderBackend,
  renderBackendGrpc,
  renderFront,
} from './index.ts';

// A gRPC service behind its own Nginx and a front with TLS, on the installed Nginx, asked by a client of gRPC's own.
let prefix: Prefix;
let nginx: RunningNginx;
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
  const files = slugs.map((slug, index) => {
    const isTls = slug !== 'plain';
    const port = ports[index] ?? 0;
    const common = { app: slug, generation: 1 };
    const processPort = slug === 'gone' ? nobody : app.port;
    const frontSpec = {
      ...common,
      kind: 'front',
      names: [`${slug}.example.com`],
      listenPort: front,
      tls: { listenPort: secure, certificate: 'c5'.repeat(32), names: [`${slug}.example.com`] },
      method: 'round_robin',
      servers: [{ address: '127.0.0.1', port }],
      ...(isTls ? { backendTls: { authority: trusted, name, grpcPort: port } } : {}),
      http: {
        grpc: ['/shop.Orders/', '/shop.Other/'],
        timeouts: { readSeconds: slug === 'small' ? 1 : 65 },
        ...(slug === 'small' ? { maxBodyBytes: 1024 } : {}),
        requestHeaders: [{ name: 'X-Tier', value: 'gold' }],
      },
    };
    const place = {
      ...{ ...common, listenAddress: '127.0.0.1', listenPort: port, balancerAddresses: ['127.0.0.1'] },
    };
    const site = {
      ...{ ...place, kind: 'backend', target: { runtime: 'node', port: processPort } },
      grpc: ['/shop.Orders/', '/shop.Other/'],
    };
    const calls = { ...place, kind: 'grpc', certificate, processPort, idleSeconds: 75 };
    visitors[slug] = new GrpcVisitor(secure, authority.root, `${slug}.example.com`);
    return {
      front: renderFront(frontSpecSchema.parse(frontSpec), capabilities).content,
      site: isTls ? null : renderBackend(backendSpecSchema.parse(site), capabilities).content,
      calls: isTls ? renderBackendGrpc(backendGrpcSpecSchema.parse(calls)).content : null,
    };
  });
  prefix = await makePrefix();
  await writeFile(join(prefix.path, 'ca.pem'), ours.root);
  await writeFile(join(prefix.path, 'own.pem'), shown.chain);
  await writeFile(join(prefix.path, 'own.key'), shown.key, { mode: 0o600 });
  const relocated = (texts: (string | null)[]) =>
    texts
      .filter((text) => text !== null)
      .map((text) =>
        text
          .replaceAll(/\/etc\/fairlead\/certificates\/[^/]+\/(?:ca){32}/g, `${prefix.path}/ca`)
          .replaceAll(/\/etc\/fairlead\/certificates\/[^/]+\/(?:ce){32}/g, `${prefix.path}/own`),
      );
  const sites = files.flatMap(({ front, site }) => [front, site]);
  nginx = await startNginx(prefix, relocated(sites), relocated(files.map(({ calls }) => calls)));
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

it('no call is lost while Nginx takes other configurations', async () => {
  let isOver = false;
  let calls = 0;
  const failures: unknown[] = [];
  const callers = ['encrypted', ...(visitors.plain === undefined ? [] : ['plain'])].flatMap((slug) =>
    Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const answer = await visitor(slug).echo('again');
        calls += 1;
        if (answer !== 'again') failures.push(answer);
      }
    }),
  );
  for (let reload = 0; reload < 25; reload += 1) {
    process.kill(nginx.pid, 'SIGHUP');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  isOver = true;
  await Promise.all(callers);
  expect(failures).toEqual([]);
  expect(calls).toBeGreaterThan(100);
}, 60_000);
