import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileStrings } from '../testing/hostile.ts';
import { times } from '../testing/times.ts';
import {
  backendSpecSchema,
  type ConfigNode,
  capabilitiesOf,
  frontSpecSchema,
  parseConfig,
  renderBackend,
  renderFront,
} from './index.ts';

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
const backend = {
  kind: 'backend',
  app: 'shop',
  generation: 1,
  listenAddress: '10.0.0.2',
  listenPort: 20_000,
  balancerAddresses: ['10.0.0.1'],
};
const root = '/srv/fairlead/shop/current';
const header = (value: string) => [{ name: 'X-A', value }];
const redirect = (from: string, to: string) => ({
  redirects: [{ match: 'exact', from, to, status: 301, keepQuery: false }],
});

/** Each place for a text of the user's, with one that belongs there. */
const places: Record<string, { fits: string; in: (value: string) => Record<string, unknown> }> = {
  app: { fits: 'shop', in: (app) => ({ ...front, app }) },
  name: { fits: 'a.example.com', in: (name) => ({ ...front, names: [name] }) },
  address: { fits: '10.0.0.9', in: (address) => ({ ...front, servers: [{ address, port: 20_000 }] }) },
  hashKey: { fits: 'header:x-a', in: (hashKey) => ({ ...front, method: 'hash', hashKey }) },
  stickyCookie: { fits: 'a', in: (stickyCookie) => ({ ...front, method: 'sticky', stickyCookie }) },
  requestHeader: { fits: 'a', in: (value) => ({ ...front, http: { requestHeaders: header(value) } }) },
  responseHeader: { fits: 'a', in: (value) => ({ ...front, http: { responseHeaders: header(value) } }) },
  redirectFrom: { fits: '/a', in: (from) => ({ ...front, http: redirect(from, '/b') }) },
  redirectTo: { fits: '/b', in: (to) => ({ ...front, http: redirect('/a', to) }) },
  root: {
    fits: root,
    in: (tail) => ({
      ...backend,
      target: { runtime: 'static', root: tail.startsWith('/') ? tail : `${root}${tail}` },
    }),
  },
  socket: {
    fits: '/run/php/shop.sock',
    in: (socket) => ({ ...backend, target: { runtime: 'php', root, socket } }),
  },
};

/** Names of blocks and directives, nested as they are, with how many arguments each has. */
function structure(nodes: readonly ConfigNode[]): unknown[] {
  return nodes
    .filter((node) => node.kind === 'block' || node.kind === 'directive')
    .map((node) => [node.name, node.args.length, node.kind === 'block' ? structure(node.children) : []]);
}

function rendered(spec: Record<string, unknown>): unknown[] | 'refused' {
  if (spec.kind === 'front') {
    const parsed = frontSpecSchema.safeParse(spec);
    return parsed.success ? structure(parseConfig(renderFront(parsed.data, nginx).content)) : 'refused';
  }
  const parsed = backendSpecSchema.safeParse(spec);
  return parsed.success ? structure(parseConfig(renderBackend(parsed.data, nginx).content)) : 'refused';
}

/** Hostile texts cut up and put together anew, mixed with what every place takes. A `$` in a header's value is a variable of its own, so it is left out here. */
const pieces = fc.oneof(
  fc.constantFrom(...hostileStrings),
  fc.constantFrom(...Object.values(places).map(({ fits }) => fits)),
  fc.constantFrom(';', '{', '}', '"', "'", '\\', '#', ' ', '\n', '\t', '/', '?', '%', '&', ',', '\u0000'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const hostile = fc
  .array(pieces, { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join('').replaceAll('$', ''))
  .filter((text) => text !== '');

describe('hostile texts made by chance', { timeout: 60_000 * times }, () => {
  it.each(Object.keys(places))('in the place of a %s are refused or change no structure', (name) => {
    const place = places[name];
    if (!place) throw new Error('no such place');
    const usual = rendered(place.in(place.fits));
    expect(usual).not.toBe('refused');
    fc.assert(
      fc.property(hostile, (text) => {
        const found = rendered(place.in(text));
        if (found !== 'refused') expect(found, JSON.stringify(text)).toEqual(usual);
      }),
      { numRuns: 200 * times },
    );
  });
});
