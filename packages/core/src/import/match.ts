import type { Backend } from '@fairlead/db';
import type { ForeignSettings } from '@fairlead/nginx';
import type { Fleet } from '../fleet.ts';
import type { KnownServer } from './given-import.ts';

export type ForeignServer = ForeignSettings['servers'][number];

/** A `server` line of an imported upstream, and whom it means. */
export interface Match {
  line: ForeignServer;
  /** The registered server at that address; null for none. */
  server: KnownServer | null;
  /** Its backend of this app; null where it has none, or one that is on its way out. */
  backend: Backend | null;
}

/** Whom the lines mean, by the addresses that servers are known by; a loopback address is the balancer itself. Each backend is matched once. */
export function matchServers(
  { loadBalancer, backends }: Pick<Fleet, 'loadBalancer' | 'backends'>,
  lines: readonly ForeignServer[],
  servers: readonly KnownServer[],
): Match[] {
  const taken = new Set<string>();
  return lines.map((line) => {
    const server = servers.find((known) => isAt(known, line.host, loadBalancer.balancerServerId)) ?? null;
    const backend =
      backends.find((known) => known.serverId === server?.id && known.desired !== 'removed') ?? null;
    if (backend === null || taken.has(backend.id)) return { line, server, backend: null };
    taken.add(backend.id);
    return { line, server, backend };
  });
}

function isAt(
  { id, address, ipAddress, privateAddress }: KnownServer,
  host: string,
  balancerId: string,
): boolean {
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return id === balancerId;
  return [address.toLowerCase(), ipAddress, privateAddress].includes(host);
}
