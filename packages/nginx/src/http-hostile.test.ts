import { describe, expect, it } from 'vitest';
import { hostileStrings } from '../testing/hostile.ts';
import { type ConfigNode, capabilitiesOf, frontSpecSchema, parseConfig, renderFront } from './index.ts';

const nginx = capabilitiesOf({ version: '1.30.6', modules: ['http_realip'] });
const front = {
  kind: 'front',
  app: 'shop',
  generation: 1,
  names: ['shop.example.com'],
  listenPort: 80,
  method: 'round_robin',
  servers: [{ address: '10.0.0.2', port: 20_000 }],
};

/** Directive names with how many arguments each has, nested as they are: what a value must never change. */
function structure(nodes: readonly ConfigNode[]): unknown[] {
  return nodes
    .filter((node) => node.kind === 'block' || node.kind === 'directive')
    .map((node) => [node.name, node.args.length, node.kind === 'block' ? structure(node.children) : []]);
}

function rendered(http: unknown, more: object = {}): unknown[] | 'refused' {
  const parsed = frontSpecSchema.safeParse({ ...front, ...more, http });
  return parsed.success ? structure(parseConfig(renderFront(parsed.data, nginx).content)) : 'refused';
}

/** Each place for a value, with a value that belongs there. */
const places: Record<string, { fits: unknown; in: (value: unknown) => unknown }> = {
  http: { fits: {}, in: (value) => value },
  maxBodyBytes: { fits: 4096, in: (maxBodyBytes) => ({ maxBodyBytes }) },
  timeouts: { fits: {}, in: (timeouts) => ({ timeouts }) },
  'timeouts.connectSeconds': { fits: 9, in: (connectSeconds) => ({ timeouts: { connectSeconds } }) },
  'timeouts.sendSeconds': { fits: 9, in: (sendSeconds) => ({ timeouts: { sendSeconds } }) },
  'timeouts.readSeconds': { fits: 9, in: (readSeconds) => ({ timeouts: { readSeconds } }) },
  buffering: { fits: true, in: (buffering) => ({ buffering }) },
  'gzip.mode': { fits: 'off', in: (mode) => ({ gzip: { mode } }) },
  'gzip.minBytes': { fits: 9, in: (minBytes) => ({ gzip: { mode: 'on', minBytes } }) },
  'balancerHealth.enabled': { fits: true, in: (enabled) => ({ balancerHealth: { enabled } }) },
  'balancerHealth.path': { fits: '/up', in: (path) => ({ balancerHealth: { enabled: true, path } }) },
  requestHeaders: { fits: [], in: (requestHeaders) => ({ requestHeaders }) },
  'requestHeaders.name': {
    fits: 'X-A',
    in: (name) => ({ requestHeaders: [{ name, value: 'a' }] }),
  },
  'requestHeaders.value': {
    fits: 'a',
    in: (value) => ({ requestHeaders: [{ name: 'X-A', value }] }),
  },
  'responseHeaders.name': {
    fits: 'X-A',
    in: (name) => ({ responseHeaders: [{ name, value: 'a' }] }),
  },
  'responseHeaders.value': {
    fits: 'a',
    in: (value) => ({ responseHeaders: [{ name: 'X-A', value }] }),
  },
  'routes.prefix': { fits: '/a/', in: (prefix) => ({ routes: [{ prefix, app: 'api', stripPrefix: true }] }) },
  'routes.app': { fits: 'api', in: (app) => ({ routes: [{ prefix: '/a/', app }] }) },
  grpc: { fits: '/shop.Orders/', in: (prefix) => ({ grpc: [prefix] }) },
  'access.action': { fits: 'deny', in: (action) => ({ access: [{ action, source: 'all' }] }) },
  'access.source': { fits: 'all', in: (source) => ({ access: [{ action: 'deny', source }] }) },
  'trustedProxy.networks': {
    fits: '10.0.0.1',
    in: (network) => ({ trustedProxy: { networks: [network] } }),
  },
  'trustedProxy.field': {
    fits: 'X-Edge',
    in: (field) => ({ trustedProxy: { networks: ['10.0.0.1'], field } }),
  },
  'trustedProxy.only': {
    fits: false,
    in: (only) => ({ trustedProxy: { networks: ['10.0.0.1'], only } }),
  },
  'trustedProxy.listUrl': {
    fits: 'https://www.example.com/ips',
    in: (listUrl) => ({ trustedProxy: { networks: ['10.0.0.1'], listUrl } }),
  },
  'rateLimit.requests': { fits: 9, in: (requests) => ({ rateLimit: { requests, per: 'second', burst: 1 } }) },
  'rateLimit.per': { fits: 'minute', in: (per) => ({ rateLimit: { requests: 9, per, burst: 1 } }) },
  'rateLimit.burst': { fits: 9, in: (burst) => ({ rateLimit: { requests: 9, per: 'second', burst } }) },
  'redirects.match': {
    fits: 'exact',
    in: (match) => ({ redirects: [{ match, from: '/a', to: '/b' }] }),
  },
  'redirects.from': { fits: '/a', in: (from) => ({ redirects: [{ from, to: '/b' }] }) },
  'redirects.from of a prefix': {
    fits: '/a/',
    in: (from) => ({ redirects: [{ match: 'prefix', from, to: '/b/', keepPath: true }] }),
  },
  'redirects.to': { fits: '/b', in: (to) => ({ redirects: [{ from: '/a', to }] }) },
  'redirects.status': {
    fits: 301,
    in: (status) => ({ redirects: [{ from: '/a', to: '/b', status }] }),
  },
};

/** A value may bring the variable that holds a dollar, before the app's first block, and an empty one brings nothing. */
function withoutHelp(rendering: unknown[] | 'refused'): unknown {
  if (rendering === 'refused') return rendering;
  const isHelp = (node: unknown) => Array.isArray(node) && node[0] === 'geo';
  return JSON.parse(
    JSON.stringify(rendering.filter((node) => !isHelp(node))).replace('["add_header",3,[]],', ''),
  );
}

/** Settings out of bounds, or that do not go together. */
const refused: (readonly unknown[])[] = [
  [{ maxBodyBytes: 1023 }],
  [{ maxBodyBytes: 0 }],
  [{ maxBodyBytes: 1e15 }],
  [{ maxBodyBytes: 4096.5 }],
  [{ timeouts: { connectSeconds: 76 } }],
  [{ timeouts: { readSeconds: 0 } }],
  [{ timeouts: { readSeconds: 86_401 } }],
  [{ gzip: { mode: 'on', minBytes: -1 } }],
  [{ balancerHealth: { enabled: true, path: '/' } }],
  [{ balancerHealth: { enabled: true, path: '/a/../b' } }],
  [{ balancerHealth: { enabled: true, path: '/a//b' } }],
  [{ balancerHealth: { enabled: true, path: '/%2e' } }],
  [{ balancerHealth: { enabled: true, path: '/.well-known/acme-challenge/x' } }],
  [{ balancerHealth: { enabled: true, path: '/.well-known/fairlead' } }],
  [{ balancerHealth: { enabled: true, path: `/${'a'.repeat(512)}` } }],
  ...['Host', 'x-forwarded-for', 'X-Real-IP', 'Connection', 'Upgrade', 'Transfer-Encoding', 'Forwarded'].map(
    (name) => [{ requestHeaders: [{ name, value: 'a' }] }],
  ),
  ...[
    'Connection',
    'Content-Length',
    'Content-Type',
    'Set-Cookie',
    'Location',
    'Server',
    'X-Accel-Redirect',
  ].map((name) => [{ responseHeaders: [{ name, value: 'a' }] }]),
  ...['0.0.0.0/0', '::/0', '104.0.0.0/7', '2400::/15', 'all', 'example.com', ''].map((network) => [
    { trustedProxy: { networks: [network] } },
  ]),
  [{ trustedProxy: { networks: [] } }],
  [
    {
      trustedProxy: {
        networks: Array.from({ length: 501 }, (_, index) => `10.0.${index >> 8}.${index & 255}`),
      },
    },
  ],
  ...['Forwarded', 'host', 'Cookie', 'proxy_protocol', 'X-Forwarded-Proto'].map((field) => [
    { trustedProxy: { networks: ['10.0.0.1'], field } },
  ]),
  ...[
    'http://www.example.com/ips',
    'https://10.0.0.1/ips',
    'https://[::1]/ips',
    'https://localhost/ips',
    'https://2130706433/ips',
    'https://a:b@www.example.com/ips',
    'https://www.example.com:8443/ips',
    'https://www.example.com/ips#part',
    'https://www.example.com/ips\nx',
    'https://metadata/ips',
    'file:///etc/passwd',
  ].map((listUrl) => [{ trustedProxy: { networks: ['10.0.0.1'], listUrl } }]),
  [
    {
      trustedProxy: { networks: ['10.0.0.1'], field: 'X-Edge' },
      requestHeaders: [{ name: 'x-edge', value: 'a' }],
    },
  ],
  [{ requestHeaders: [{ name: 'CF-Connecting-IP', value: 'a' }] }],
  [{ requestHeaders: [{ name: 'X_A', value: 'a' }] }],
  [{ responseHeaders: [{ name: 'X'.repeat(47), value: 'a' }] }],
  [{ requestHeaders: [{ name: 'X-A', value: 'a\r\nX-B: c' }] }],
  [{ requestHeaders: [{ name: 'X-A', value: 'grün' }] }],
  [{ requestHeaders: [{ name: 'X-A', value: '$'.repeat(21) }] }],
  [{ requestHeaders: [{ name: 'X-A', value: 'a'.repeat(2001) }] }],
  [
    {
      requestHeaders: [
        { name: 'X-A', value: 'a' },
        { name: 'x-a', value: 'b' },
      ],
    },
  ],
  [{ redirects: [{ from: '/a', to: '//evil.example' }] }],
  [{ redirects: [{ from: '/a', to: '/\\evil.example' }] }],
  [{ redirects: [{ from: '/a', to: 'javascript:alert(1)' }] }],
  [{ redirects: [{ from: '/a', to: 'https://user@evil.example/' }] }],
  [{ redirects: [{ from: '/a', to: 'https://shop.example.com.$host/' }] }],
  [{ redirects: [{ from: '/a', to: 'https:///x' }] }],
  [{ redirects: [{ from: '/a', to: '/b\r\nSet-Cookie: a=b' }] }],
  [{ redirects: [{ from: '/a', to: '/a' }] }],
  [{ redirects: [{ from: '/a', to: '/b?c', keepQuery: true }] }],
  [{ redirects: [{ from: '/a', to: '/b', keepPath: true }] }],
  [{ redirects: [{ match: 'prefix', from: '/', to: '/b/' }] }],
  [{ redirects: [{ match: 'prefix', from: '/a', to: '/b/' }] }],
  [{ redirects: [{ match: 'prefix', from: '/a/', to: '/a/b/' }] }],
  [{ redirects: [{ from: '/.well-known/acme-challenge/x', to: '/b' }] }],
  [{ balancerHealth: { enabled: true, path: '/up' }, redirects: [{ from: '/up', to: '/b' }] }],
  [
    {
      redirects: [
        { from: '/a', to: '/b' },
        { from: '/a', to: '/c' },
      ],
    },
  ],
  [{ grpc: ['/'] }],
  [{ grpc: ['/a.B'] }],
  [{ grpc: ['/a.B/', '/a.B/'] }],
  [{ grpc: ['/a.B/'], routes: [{ prefix: '/a.B/', app: 'api' }] }],
  [{ grpc: ['/a.B/'], redirects: [{ match: 'prefix', from: '/a.B/', to: '/b/', keepPath: true }] }],
  [{ routes: [{ prefix: '/api', app: 'api' }] }],
  [{ routes: [{ prefix: '/', app: 'api' }] }],
  [{ routes: [{ prefix: '/api/', app: 'shop' }] }],
  [
    {
      routes: [
        { prefix: '/api/', app: 'api' },
        { prefix: '/api/', app: 'blog' },
      ],
    },
  ],
  [
    {
      routes: [{ prefix: '/api/', app: 'api' }],
      redirects: [{ match: 'prefix', from: '/api/', to: '/b/' }],
    },
  ],
  [{ access: [{ action: 'deny', source: '10.0.0.0/33' }] }],
  [{ access: [{ action: 'deny', source: '::ffff:10.0.0.1' }] }],
  [{ access: [{ action: 'deny', source: 'unix:' }] }],
  [{ access: [{ action: 'deny', source: '10.0.0.0/8; allow all' }] }],
  [
    {
      access: [
        { action: 'deny', source: 'all' },
        { action: 'allow', source: '10.0.0.1' },
      ],
    },
  ],
  [
    {
      access: [
        { action: 'deny', source: '10.1.2.3/8' },
        { action: 'allow', source: '10.0.0.0/8' },
      ],
    },
  ],
  [{ rateLimit: { requests: 0, per: 'second' } }],
  [{ rateLimit: { requests: 1, per: 'hour' } }],
  [{ nonsense: 1 }],
];

describe('hostile input', () => {
  it.each(Object.entries(places))('as %s is refused or inert', (_, place) => {
    const untouched = withoutHelp(rendered(place.in(place.fits)));
    expect(untouched).not.toBe('refused');
    for (const hostile of hostileStrings) {
      const received = withoutHelp(rendered(place.in(hostile)));
      expect([untouched, 'refused'], JSON.stringify(hostile)).toContainEqual(received);
    }
  });

  it('in a snippet is refused or stays in its place: the server block, after everything else', () => {
    const plain = rendered({}) as unknown[][];
    const site = (rendering: unknown[][]) => rendering.at(-1)?.[2] as unknown[];
    for (const hostile of hostileStrings) {
      for (const snippet of [
        hostile,
        `add_header X-A ${hostile};`,
        `location = /a { return 200 "${hostile}"; }`,
      ]) {
        const received = rendered({ snippet });
        if (received === 'refused') continue;
        expect(received.slice(0, -1), snippet).toEqual(plain.slice(0, -1));
        const before = site(plain);
        expect(site(received as unknown[][]).slice(0, before.length), snippet).toEqual(before);
      }
    }
  });

  it('is nearly all refused: what remains is plain, but for values, which are quoted', () => {
    const unquoted = Object.entries(places).filter(([name]) => !name.endsWith('eaders.value'));
    const accepted = unquoted.flatMap(([name, place]) =>
      hostileStrings
        .filter((value) => rendered(place.in(value)) !== 'refused')
        .map((value) => `${name}: ${value}`),
    );
    expect(accepted).toEqual([
      'balancerHealth.path: /etc',
      'balancerHealth.path: /srv/fairlead/other/current',
      'access.source: 0.0.0.0',
      'access.source: ::',
      'access.source: 224.0.0.1',
      'access.source: ff02::1',
      'access.source: 10.0.0.0/8',
      'access.source: 0.0.0.0/0',
      'trustedProxy.networks: 10.0.0.0/8',
      'redirects.from: /etc',
      'redirects.from: /srv/fairlead/other/current',
      'redirects.to: /etc',
      'redirects.to: /srv/fairlead/shop/../../../etc',
      'redirects.to: /srv/fairlead/other/current',
      'redirects.to: /srv/fairlead/shop/$request_uri',
    ]);
  });

  it.each(refused)('%j is refused', (http) => {
    expect(rendered(http)).toBe('refused');
  });
});
