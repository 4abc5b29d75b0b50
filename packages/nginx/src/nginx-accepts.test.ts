import { isIP } from 'node:net';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { addresses, backendGrpcSpecs, backendSpecs, frontSpecs } from '../testing/arbitraries.ts';
import { installedNginx, testConfig } from '../testing/real-nginx.ts';
import { times } from '../testing/times.ts';
import {
  type BackendGrpcSpec,
  type BackendSpec,
  backendGrpcSpecSchema,
  backendSpecSchema,
  type FrontSpec,
  frontSpecSchema,
  type NginxCapabilities,
  renderBackend,
  renderBackendGrpc,
  renderFront,
} from './index.ts';

let nginx: NginxCapabilities;
beforeAll(async () => {
  nginx = { ...(await installedNginx()), announcesReloads: true };
}, 60_000);

const batchSize = 100;
/** Without shrinking: Nginx’s own message says which file and line. */
const batches = { numRuns: 3 * times, endOnFailure: true };

/** Each hashed field and each sticky cookie before Nginx 1.29.6 is a variable. Of a hundred at once with long names Nginx says that finding one takes longer. */
const manyVariables = /^.* could not build optimal variables_hash, .*\n/gm;

/** Many apps on one server: each its own slug, at full length for some. */
function slug(index: number): string {
  return `${'shop-'.repeat(index % 6)}x${index}`;
}

/** No name belongs to two of them. Ports are above those that the kernel hands out. */
function placedFronts(specs: FrontSpec[]): FrontSpec[] {
  const taken = new Set<string>();
  return specs.map((spec, index) => {
    const free = spec.names.filter((name) => !taken.has(name) && taken.add(name));
    const names = free.length > 0 ? free : [`${slug(index)}.example.com`];
    const hosts = names.slice(0, spec.tls?.names.length).filter((name) => isIP(name) === 0);
    const tls = hosts.length === 0 || names[0] !== hosts[0] ? undefined : spec.tls;
    return frontSpecSchema.parse({
      ...spec,
      tls: undefined,
      app: slug(index),
      names,
      // Several on one port, as on a balancer.
      ...(tls === undefined
        ? {}
        : { tls: { ...tls, listenPort: 60_990 + (index % 10), names: hosts.slice(0, 1) } }),
      listenPort: 61_000 + index,
      // Nginx keeps 160 points in its ring for each unit of a weight; sticky by a hash does not climb either (`slowStartRefusal`).
      servers: spec.servers.map((server) =>
        spec.method === 'sticky' || spec.method === 'hash'
          ? { ...server, weight: (server.weight % 10) + 1, slowStartPercent: 100 }
          : server,
      ),
    });
  });
}

// Nginx binds while it tests, so addresses must be this machine's: all of 127.0.0.0/8 is.
function placedBackend(spec: BackendSpec, index: number): BackendSpec {
  const app = slug(index);
  const target =
    'root' in spec.target ? { ...spec.target, root: `/srv/fairlead/${app}/current` } : spec.target;
  const others = (spec.alsoListenPorts ?? []).filter((port) => port !== 61_500);
  return backendSpecSchema.parse({
    ...spec,
    app,
    target,
    listenAddress: `127.9.${index >> 8}.${(index & 255) + 1}`,
    listenPort: 61_500,
    alsoListenPorts: others.length > 0 ? others : undefined,
    tls: spec.tls === undefined ? undefined : { ...spec.tls, ports: [61_500] },
  });
}

function placedGrpc(spec: BackendGrpcSpec, index: number): BackendGrpcSpec {
  const listenAddress = `127.9.${index >> 8}.${(index & 255) + 1}`;
  return backendGrpcSpecSchema.parse({
    ...{ ...spec, app: slug(index), listenAddress },
    ...{ listenPort: 61_500, processPort: 61_501 },
  });
}

describe('the installed Nginx', { timeout: 60_000 * times }, () => {
  it('refuses a broken configuration: the test of tests', async () => {
    const { accepted, output } = await testConfig(['server { listen 61000; nonsense on; }']);
    expect(accepted).toBe(false);
    expect(output).toContain('unknown directive "nonsense"');
  });

  it('accepts every front, without a warning', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(frontSpecs, { minLength: batchSize, maxLength: batchSize }),
        async (specs) => {
          const sites = placedFronts(specs).map((spec) => renderFront(spec, nginx).content);
          const { accepted, output } = await testConfig(sites);
          expect({ accepted, output: output.replace(manyVariables, '') }).toEqual({
            accepted: true,
            output: '',
          });
        },
      ),
      batches,
    );
  });

  it('accepts every backend site, without a warning', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(backendSpecs, { minLength: batchSize, maxLength: batchSize }),
        async (specs) => {
          const sites = specs.map((spec, index) => renderBackend(placedBackend(spec, index), nginx).content);
          expect(await testConfig(sites)).toEqual({ accepted: true, output: '' });
        },
      ),
      batches,
    );
  });

  it('accepts every place where a backend takes gRPC, without a warning', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(backendGrpcSpecs, { minLength: batchSize, maxLength: batchSize }),
        async (specs) => {
          const files = specs.map((spec, index) => renderBackendGrpc(placedGrpc(spec, index)).content);
          expect(await testConfig([], files)).toEqual({ accepted: true, output: '' });
        },
      ),
      batches,
    );
  });

  it.each([1, 64, 65, 1000, 10_000])('has room for %i servers in the shared zone', async (count) => {
    const list = fc.sample(fc.uniqueArray(addresses, { minLength: count, maxLength: count }), 1)[0] ?? [];
    const servers = list.map((address) => ({ address, port: 20_000 }));
    const spec = {
      kind: 'front',
      app: 'many',
      generation: 1,
      names: ['a.example.com'],
      listenPort: 61_000,
      servers,
    };
    for (const method of ['round_robin', 'ip_hash']) {
      const { content } = renderFront(frontSpecSchema.parse({ ...spec, method }), nginx);
      expect(await testConfig([content])).toEqual({ accepted: true, output: '' });
    }
  });
});
