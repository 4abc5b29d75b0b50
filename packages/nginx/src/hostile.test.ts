import { describe, expect, it } from 'vitest';
import { hostileStrings } from '../testing/hostile.ts';
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
const server = {
  address: '10.0.0.2',
  port: 20_000,
  weight: 2,
  maxFails: 1,
  failTimeoutSeconds: 10,
  maxConns: 9,
};
const front = {
  kind: 'front',
  app: 'shop',
  generation: 1,
  names: ['shop.example.com'],
  listenPort: 80,
  method: 'round_robin',
  servers: [server],
};
const php = { runtime: 'php', root: '/srv/fairlead/shop/current', socket: '/run/php/shop.sock' };
const backend = {
  kind: 'backend',
  app: 'shop',
  generation: 1,
  listenAddress: '10.0.0.2',
  listenPort: 20_000,
  balancerAddresses: ['10.0.0.1'],
  target: php,
};

/** Directive names with how many arguments each has, nested as they are: what a value must never change. */
function structure(nodes: readonly ConfigNode[]): unknown[] {
  return nodes
    .filter((node) => node.kind === 'block' || node.kind === 'directive')
    .map((node) => [node.name, node.args.length, node.kind === 'block' ? structure(node.children) : []]);
}

function renderedFront(spec: unknown): unknown[] | 'refused' {
  const parsed = frontSpecSchema.safeParse(spec);
  return parsed.success ? structure(parseConfig(renderFront(parsed.data, nginx).content)) : 'refused';
}

function renderedBackend(spec: unknown): unknown[] | 'refused' {
  const parsed = backendSpecSchema.safeParse(spec);
  return parsed.success ? structure(parseConfig(renderBackend(parsed.data, nginx).content)) : 'refused';
}

const frontFields: Record<string, (value: string) => unknown> = {
  kind: (kind) => ({ ...front, kind }),
  app: (app) => ({ ...front, app }),
  generation: (generation) => ({ ...front, generation }),
  name: (name) => ({ ...front, names: [name] }),
  listenPort: (listenPort) => ({ ...front, listenPort }),
  method: (method) => ({ ...front, method }),
  hashKey: (hashKey) => ({ ...front, method: 'hash', hashKey }),
  stickyCookie: (stickyCookie) => ({ ...front, method: 'sticky', stickyCookie }),
  ...Object.fromEntries(
    [...Object.keys(server), 'down', 'backup'].map((field) => [
      `server ${field}`,
      (value: string) => ({ ...front, servers: [{ ...server, [field]: value }] }),
    ]),
  ),
};
const backendFields: Record<string, (value: string) => unknown> = {
  app: (app) => ({ ...backend, app }),
  generation: (generation) => ({ ...backend, generation }),
  listenAddress: (listenAddress) => ({ ...backend, listenAddress }),
  listenPort: (listenPort) => ({ ...backend, listenPort }),
  balancerAddress: (address) => ({ ...backend, balancerAddresses: [address] }),
  runtime: (runtime) => ({ ...backend, target: { ...php, runtime } }),
  root: (root) => ({ ...backend, target: { ...php, root } }),
  socket: (socket) => ({ ...backend, target: { ...php, socket } }),
  port: (port) => ({ ...backend, target: { runtime: 'node', port } }),
  maxBodyBytes: (maxBodyBytes) => ({ ...backend, limits: { maxBodyBytes } }),
  readSeconds: (readSeconds) => ({ ...backend, limits: { readSeconds } }),
};

describe('hostile input', { timeout: 60_000 }, () => {
  it.each(Object.keys(frontFields))('as a front’s %s is refused or inert', (field) => {
    const untouched = renderedFront(front);
    for (const hostile of hostileStrings) {
      expect([untouched, 'refused'], JSON.stringify(hostile)).toContainEqual(
        renderedFront(frontFields[field]?.(hostile)),
      );
    }
  });

  it.each(Object.keys(backendFields))('as a backend’s %s is refused or inert', (field) => {
    const untouched = renderedBackend(backend);
    for (const hostile of hostileStrings) {
      const rendered = renderedBackend(backendFields[field]?.(hostile));
      expect([untouched, 'refused'], JSON.stringify(hostile)).toContainEqual(rendered);
    }
  });

  it('is nearly all refused: what remains are plain names and paths', () => {
    const accepted = (
      render: (spec: unknown) => unknown,
      fields: Record<string, (value: string) => unknown>,
    ) =>
      Object.entries(fields).flatMap(([field, spec]) =>
        hostileStrings
          .filter((value) => render(spec(value)) !== 'refused')
          .map((value) => `${field}: ${value}`),
      );
    expect(accepted(renderedFront, frontFields)).toEqual([
      'name: 0x7f000001',
      'name: 2130706433',
      'name: 010.0.0.1',
      'name: 0.0.0.0',
      'name: 224.0.0.1',
      'name: 080',
    ]);
    expect(accepted(renderedBackend, backendFields)).toEqual([]);
  });

  it('would change the structure if it got through', () => {
    const through = parseConfig(
      `server { server_name ${hostileStrings.find((value) => value.startsWith('a.com;}'))}; }`,
    );
    expect(structure(through)).not.toEqual(structure(parseConfig('server { server_name a.com; }')));
  });

  it('can’t make the front its own backend, nor one backend two', () => {
    const loop = { ...front, servers: [{ ...server, address: '127.0.0.1', port: 80 }] };
    const twice = { ...front, servers: [server, { ...server, weight: 5 }] };
    expect([renderedFront(loop), renderedFront(twice)]).toEqual(['refused', 'refused']);
    const self = { ...backend, listenAddress: '127.0.0.1', target: { runtime: 'node', port: 20_000 } };
    expect(renderedBackend(self)).toBe('refused');
  });
});
