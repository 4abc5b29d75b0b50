import { type Relay, type Release, waitFor } from '@fairlead/lab';
import {
  backendSpecSchema,
  capabilitiesOf,
  frontSpecSchema,
  type NginxCapabilities,
  type RenderedConfig,
  renderBackend,
  renderFront,
} from '@fairlead/nginx';
import type { HostInput, HostResult } from '@fairlead/remote';
import { sendVisitors } from '../../packages/nginx/testing/visitors.ts';
import { bootPrepared, type Fleet, type Host, type Needs, onBoth } from './prepared.ts';

export const domain = 'shop.example.com';
export const visitorCount = 16;
export const roundTripMs = 20;

/** Takes each request whole and answers it over connections that it keeps. */
const app = `import { createServer } from 'node:http';
createServer((request, answer) => request.resume().on('end', () => answer.end('ok'))).listen(30000, '127.0.0.1');
`;

/** An app behind its backend's Nginx and its front on one machine of each Debian, and for visitors a road of 20 ms there and back. */
export interface Shops extends Fleet {
  /** Applies the next generation of front and backend: it differs from the one before, so that each is a reload. `version` is what they are rendered for, the host's own unless given. */
  applyNext(host: Host, announced: boolean, version?: string): Promise<HostResult<'nginx.apply'>>;
  /** What is on the machine now, once more. */
  files(host: Host, announced: boolean): Promise<HostInput<'nginx.apply'>>;
  /** Reloads under visitors who never send twice: how many requests they sent and lost, and what each reload told of itself. */
  visitedReloads(host: Host, announced: boolean, reloads: number, version?: string): Promise<VisitedReloads>;
}

export interface VisitedReloads {
  sent: number;
  lost: number;
  results: HostResult<'nginx.apply'>[];
}

export async function openShops(slot: number, releases?: readonly Release[]): Promise<Shops> {
  const needs: Needs = { prepare_runtimes: ['node'], prepare_databases: [] };
  const fleet = await bootPrepared(slot, needs, [], releases);
  const roads = new Map<Host, Relay>();
  await onBoth(fleet, async (host) => {
    await startApp(host);
    const target = { host: host.machine.address, port: 80 };
    roads.set(host, await fleet.lab.relay({ target, delayMs: roundTripMs }));
  });
  let generation = 0;
  const files = (host: Host, announced: boolean, version?: string) =>
    shopFiles(host, generation, announced, version);
  const applyNext = async (host: Host, announced: boolean, version?: string) => {
    generation += 1;
    return host.call('nginx.apply', await files(host, announced, version));
  };
  return {
    ...fleet,
    files,
    applyNext,
    async visitedReloads(host, announced, reloads, version) {
      await applyNext(host, announced, version);
      // Until then, workers of before take requests.
      await host.call('nginx.observe', {});
      const visitors = sendVisitors(visitorCount, roads.get(host)?.port ?? 0, domain);
      const results: HostResult<'nginx.apply'>[] = [];
      for (let index = 0; index < reloads; index += 1) {
        const warm = visitors.sent + 4 * visitorCount;
        await waitFor('warm visitors', () => visitors.sent > warm);
        results.push(await applyNext(host, announced, version));
      }
      await visitors.leave();
      return { sent: visitors.sent, lost: visitors.lost, results };
    },
  };
}

/** Starts the app on a machine; resolves once it answers. */
export async function startApp(host: Host): Promise<void> {
  await host.machine.writeFile('/root/app.mjs', app);
  await host.sh(
    'systemd-run --quiet --unit=app node /root/app.mjs; while ! curl -s -o /dev/null 127.0.0.1:30000; do sleep 0.05; done',
  );
}

type File = HostInput<'nginx.apply'>['files'][number];

/** What a host's Nginx can do, or one of another version; it announces reloads only if it is to. */
export async function shopCapabilities(
  host: Host,
  announced = true,
  version?: string,
): Promise<NginxCapabilities> {
  const { nginx } = await host.call('facts', {});
  if (!nginx) throw new Error('no Nginx');
  return capabilitiesOf({
    ...nginx,
    version: version ?? nginx.version,
    announcesReloads: announced && nginx.announcesReloads,
  });
}

/** The shop's front over these servers' port 20000. */
export function shopFront(
  generation: number,
  servers: readonly { address: string; down?: boolean }[],
  capabilities: NginxCapabilities,
): File {
  const spec = frontSpecSchema.parse({
    kind: 'front',
    app: 'shop',
    generation,
    names: [domain],
    listenPort: 80,
    method: 'round_robin',
    servers: servers.map((server) => ({ ...server, port: 20_000 })),
  });
  return asFile('front', generation, renderFront(spec, capabilities));
}

/** The shop's site on a backend, which lets these balancers in. */
export function shopBackend(
  generation: number,
  listenAddress: string,
  balancerAddresses: readonly string[],
  capabilities: NginxCapabilities,
): File {
  const spec = backendSpecSchema.parse({
    kind: 'backend',
    app: 'shop',
    generation,
    listenAddress,
    listenPort: 20_000,
    balancerAddresses,
    target: { runtime: 'node', port: 30_000 },
  });
  return asFile('backend', generation, renderBackend(spec, capabilities));
}

function asFile(kind: 'front' | 'backend', generation: number, { content, listens }: RenderedConfig): File {
  return { kind, app: 'shop', content, generation, listens };
}

async function shopFiles(
  host: Host,
  generation: number,
  announced: boolean,
  version?: string,
): Promise<HostInput<'nginx.apply'>> {
  const capabilities = await shopCapabilities(host, announced, version);
  const { address } = host.machine;
  return {
    files: [
      shopFront(generation, [{ address }], capabilities),
      shopBackend(generation, address, [address], capabilities),
    ],
  };
}
