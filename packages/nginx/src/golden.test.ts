import { describe, expect, it } from 'vitest';
import {
  backendGrpcSpecSchema,
  backendSpecSchema,
  capabilitiesOf,
  frontSpecSchema,
  renderBackend,
  renderBackendGrpc,
  renderBase,
  renderFront,
} from './index.ts';

const front = {
  kind: 'front',
  app: 'web-shop',
  generation: 7,
  names: ['shop.example.com', 'www.shop.example.com', '2001:db8::5'],
  listenPort: 80,
  method: 'least_conn',
  servers: [
    { address: '10.0.0.2', port: 20_000 },
    { address: '10.0.0.3', port: 20_000, weight: 3 },
    { address: 'fd00::4', port: 20_000, down: true },
  ],
};
const backend = {
  kind: 'backend',
  app: 'web-shop',
  generation: 7,
  listenAddress: '10.0.0.2',
  listenPort: 20_000,
  balancerAddresses: ['10.0.0.1', 'fd00::1'],
};
const root = '/srv/fairlead/web-shop/current/public';
const fronts = {
  front,
  'front-all-down': { ...front, servers: front.servers.map((server) => ({ ...server, down: true })) },
  'front-maintenance': { ...front, maintenance: true },
  'front-hash': { ...front, method: 'hash', hashKey: 'header:x-tenant' },
  'front-sticky': { ...front, method: 'sticky', stickyCookie: 'fairlead_backend' },
  'front-options': {
    ...front,
    method: 'round_robin',
    servers: front.servers.map((server, index) => ({
      ...server,
      maxConns: 100 * index,
      backup: index === 1,
    })),
  },
  'front-canary': {
    ...front,
    servers: front.servers.slice(0, 2),
    canary: {
      percent: 10,
      cookie: 'fairlead_canary',
      salt: 12,
      servers: [{ address: '10.0.0.5', port: 20_000 }],
    },
  },
  'front-canary-sticky': {
    ...front,
    method: 'sticky',
    stickyCookie: 'fairlead_backend',
    tls: { certificate: 'c5'.repeat(32), names: front.names.slice(0, 2) },
    canary: {
      percent: 50,
      cookie: 'fairlead_canary',
      salt: 12,
      servers: [
        { address: '10.0.0.5', port: 20_000 },
        { address: '10.0.0.6', port: 20_000 },
      ],
    },
  },
  'front-canary-cookie': {
    ...front,
    method: 'ip_hash',
    tls: { certificate: 'c5'.repeat(32), names: front.names.slice(0, 2), forceHttps: true },
    names: front.names.slice(0, 2),
    canary: { percent: 0, cookie: 'tester', salt: 0, servers: [{ address: '10.0.0.5', port: 20_000 }] },
  },
  'front-http': {
    ...front,
    http: {
      maxBodyBytes: 5_000_000,
      timeouts: { connectSeconds: 2, sendSeconds: 30, readSeconds: 300 },
      buffering: false,
      gzip: { mode: 'on', minBytes: 512 },
      balancerHealth: { enabled: true, path: '/health' },
      requestHeaders: [
        { name: 'X-Tier', value: 'gold; $5 "each"' },
        { name: 'Cookie', value: '' },
      ],
      responseHeaders: [
        { name: 'Content-Security-Policy', value: "default-src 'self'" },
        { name: 'X-Powered-By', value: '' },
      ],
      redirects: [
        { from: '/old', to: '/new?price=$5', status: 301, keepQuery: false },
        { match: 'prefix', from: '/blog/', to: 'https://blog.example.com/', status: 308, keepPath: true },
        { match: 'prefix', from: '/blog/2020+/', to: '/archive/', keepPath: true },
      ],
    },
  },
  'front-guarded': {
    ...front,
    http: {
      access: [
        { action: 'allow', source: '10.1.2.3/8' },
        { action: 'deny', source: '2001:db8::1/32' },
        { action: 'deny', source: 'all' },
      ],
      rateLimit: { requests: 10, per: 'second', burst: 20 },
    },
  },
  'front-routes': {
    ...front,
    http: {
      routes: [
        { prefix: '/api/', app: 'shop-api', stripPrefix: true },
        { prefix: '/blog/', app: 'blog' },
      ],
    },
  },
  'front-snippet': {
    ...front,
    http: { snippet: 'location = /teapot {\n  return 418; # short }\n}\nadd_header X-A "b; }";' },
  },
  'front-slow-start': {
    ...front,
    servers: [
      { address: '10.0.0.2', port: 20_000, weight: 3 },
      { address: '10.0.0.3', port: 20_000, slowStartPercent: 25, maxConns: 9 },
    ],
  },
  'front-proxied': {
    ...front,
    http: {
      trustedProxy: {
        networks: ['198.51.100.0/24', '2001:db8::/32', '203.0.113.9'],
        field: 'CF-Connecting-IP',
        only: true,
        listUrl: 'https://www.example.com/ips',
      },
      rateLimit: { requests: 10, per: 'second', burst: 20 },
    },
  },
  'front-tls': {
    ...front,
    method: 'sticky',
    stickyCookie: 'fairlead_backend',
    tls: { certificate: 'c5'.repeat(32), names: front.names.slice(0, 2) },
  },
  'front-tls-forced': {
    ...front,
    http: {
      snippet: 'location = /teapot {\n  return 418;\n}',
      balancerHealth: { enabled: true, path: '/health' },
    },
    tls: {
      certificate: 'c5'.repeat(32),
      names: front.names.slice(0, 2),
      forceHttps: true,
      hstsSeconds: 63_072_000,
      hstsSubdomains: true,
      stapling: true,
    },
  },
  'front-tls-maintenance': {
    ...front,
    maintenance: true,
    names: front.names.slice(0, 2),
    tls: { certificate: 'c5'.repeat(32), names: front.names.slice(0, 2), forceHttps: true, hstsSeconds: 300 },
  },
  'front-backend-tls': {
    ...front,
    tls: { certificate: 'c5'.repeat(32), names: front.names.slice(0, 2) },
    backendTls: { authority: 'a7'.repeat(32), name: 'web-shop.backend.fairlead.internal' },
  },
  'front-grpc': {
    ...front,
    tls: { certificate: 'c5'.repeat(32), names: front.names.slice(0, 2), forceHttps: true },
    backendTls: {
      authority: 'a7'.repeat(32),
      name: 'web-shop.backend.fairlead.internal',
      grpcPort: 15_000,
    },
    http: { grpc: ['/shop.Orders/'] },
  },
  'front-empty': { ...front, listenPort: 8080, method: 'ip_hash', servers: [] },
};
const limits = { maxBodyBytes: 5_000_000, sendSeconds: 30, readSeconds: 295, buffering: false };
const targets = {
  'backend-node': { runtime: 'node', port: 30_000 },
  'backend-php': { runtime: 'php', root, socket: '/run/php/fairlead-web-shop.sock' },
  'backend-static': { runtime: 'static', root },
};

describe('for Nginx 1.22.1 of a server that announces reloads', () => {
  const capabilities = {
    ...capabilitiesOf({ version: '1.22.1', modules: ['http_realip'] }),
    announcesReloads: true,
  };

  it('renders the front', async () => {
    const { content } = renderFront(frontSpecSchema.parse(front), capabilities);
    await expect(content).toMatchFileSnapshot('../__golden__/front-announced-1.22.1.conf');
  });

  it('renders the front with routes', async () => {
    const { content } = renderFront(frontSpecSchema.parse(fronts['front-routes']), capabilities);
    await expect(content).toMatchFileSnapshot('../__golden__/front-routes-announced-1.22.1.conf');
  });

  it('renders the backend of PHP', async () => {
    const spec = backendSpecSchema.parse({ ...backend, target: targets['backend-php'] });
    const { content } = renderBackend(spec, capabilities);
    await expect(content).toMatchFileSnapshot('../__golden__/backend-php-announced-1.22.1.conf');
  });
});

describe.each(['1.22.1', '1.26.3', '1.30.6'])('for Nginx %s', (version) => {
  const capabilities = capabilitiesOf({ version, modules: ['http_realip', 'http_ssl', 'http_v2'] });

  it.each(Object.entries(fronts))('renders the %s', async (name, spec) => {
    const { content } = renderFront(frontSpecSchema.parse(spec), capabilities);
    await expect(content).toMatchFileSnapshot(`../__golden__/${name}-${version}.conf`);
  });

  it.each(Object.entries(targets))('renders the %s', async (name, target) => {
    const { content } = renderBackend(backendSpecSchema.parse({ ...backend, target }), capabilities);
    await expect(content).toMatchFileSnapshot(`../__golden__/${name}-${version}.conf`);
  });

  it.each(['backend-node', 'backend-php'] as const)('renders the limits of the %s', async (name) => {
    const spec = backendSpecSchema.parse({ ...backend, target: targets[name], limits });
    const { content } = renderBackend(spec, capabilities);
    await expect(content).toMatchFileSnapshot(`../__golden__/${name}-limits-${version}.conf`);
  });

  it.each(['backend-node', 'backend-php'] as const)('renders the TLS of the %s', async (name) => {
    const tls = { certificate: 'b3'.repeat(32), ports: [25_000] };
    const ports = name === 'backend-php' ? {} : { alsoListenPorts: [20_000] };
    const spec = { ...backend, listenPort: 25_000, ...ports, tls, target: targets[name] };
    const { content } = renderBackend(backendSpecSchema.parse(spec), capabilities);
    await expect(content).toMatchFileSnapshot(`../__golden__/${name}-tls-${version}.conf`);
  });

  it('renders the gRPC of the backend', async () => {
    const tls = { certificate: 'b3'.repeat(32), ports: [25_000] };
    const grpc = { listenPort: 25_000, alsoListenPorts: [20_000], tls, grpc: ['/shop.Orders/'] };
    const spec = backendSpecSchema.parse({ ...backend, ...grpc, target: targets['backend-node'] });
    const { content } = renderBackend(spec, capabilities);
    await expect(content).toMatchFileSnapshot(`../__golden__/backend-grpc-${version}.conf`);
  });

  it('renders where the backend takes gRPC by TLS', async () => {
    const { content, listens } = renderBackendGrpc(
      backendGrpcSpecSchema.parse({
        kind: 'grpc',
        app: 'web-shop',
        generation: 7,
        listenAddress: '10.0.0.2',
        listenPort: 15_000,
        certificate: 'b3'.repeat(32),
        balancerAddresses: ['10.0.0.1', 'fd00::1', '10.0.0.2'],
        processPort: 30_000,
        idleSeconds: 75,
      }),
    );
    expect(listens).toEqual([{ address: '10.0.0.2', port: 15_000 }]);
    await expect(content).toMatchFileSnapshot('../__golden__/backend-grpc-tls.conf');
  });

  it('renders the base', async () => {
    await expect(renderBase(capabilities)).toMatchFileSnapshot('../__golden__/base.conf');
  });
});
