import type { Server } from '@fairlead/db';
import { factsOf } from '../server/facts.ts';

/**
 * Whether it takes a look to know how a balancer reaches a backend: both have a private address, which need not be of one network, and the backend has its
 * public address itself. Behind a translation of addresses it has not, and could not listen there.
 */
export function isWayOpen(server: Server, balancer: Server): boolean {
  const { id, privateAddress, ipAddress } = server;
  if (id === balancer.id || privateAddress === null || balancer.privateAddress === null) return false;
  if (ipAddress === null || ipAddress === privateAddress) return false;
  const facts = factsOf(server.facts);
  return facts === null || facts.addresses.some(({ address }) => address === ipAddress);
}
