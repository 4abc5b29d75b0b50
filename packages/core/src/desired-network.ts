import { AppError } from '@fairlead/errors';
import type { DesiredLoadBalancer, DesiredServer } from './desired-input.ts';

function known(server: DesiredServer, address: string | null): string {
  if (address !== null) return address;
  throw new AppError('conflict', 'A server of this app has no known IP address yet.', {
    hint: 'Run the connection check of that server; it resolves the address.',
    details: { serverId: server.id },
  });
}

/** By which address the other servers know this one: its private one where it has one. */
export function addressOf(server: DesiredServer): string {
  return known(server, server.privateAddress ?? server.ipAddress);
}

/** The address on the private or on the public network. */
export function addressFrom(server: DesiredServer, isPrivate: boolean): string {
  return known(server, isPrivate ? server.privateAddress : server.ipAddress);
}

/** Every address that a connection from this server may come from, sorted. */
export function addressesOf(server: DesiredServer): string[] {
  const addresses = [server.privateAddress, server.ipAddress].filter((address) => address !== null);
  if (addresses.length === 0) known(server, null);
  return [...new Set(addresses)].sort();
}

/** How the balancers reach a backend: privately where all have a private address, else by the public one. */
export function backendAddress(server: DesiredServer, balancers: readonly DesiredServer[]): string {
  const others = balancers.filter(({ id }) => id !== server.id);
  if (others.length === 0) return addressOf(server);
  return addressFrom(
    server,
    [server, ...others].every(({ privateAddress }) => privateAddress !== null),
  );
}

/** Whether a connection from this server can come from an address of that one's kind, IPv4 or IPv6: a rule admits no other. */
export function reaches(server: DesiredServer, address: string): boolean {
  const isV6 = address.includes(':');
  return addressesOf(server).some((own) => own.includes(':') === isV6);
}

/** Servers whose Nginx may ask the backends: the balancer first, then its successor and the one before it. */
export function balancerServerIds({
  balancerServerId,
  successorServerId,
  formerServerId,
}: Pick<DesiredLoadBalancer, 'balancerServerId' | 'successorServerId' | 'formerServerId'>): string[] {
  return [balancerServerId, successorServerId, formerServerId].filter((id) => id !== null);
}
