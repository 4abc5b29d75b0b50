import type { Server } from '@fairlead/db';
import { ipAddressSchema } from '@fairlead/nginx';
import type { Context, DomainAddresses } from '../context.ts';
import { factsOf } from '../server/facts.ts';

/** `here`: every address of the name is the server's. `unknown`: the DNS gave no answer, which says nothing. */
export type DomainPoints = 'here' | 'partly' | 'elsewhere' | 'nowhere' | 'unknown';

export interface DomainView {
  name: string;
  points: DomainPoints;
  /** What the DNS answered just now. */
  addresses: string[];
  /** One sentence: what it means, and what to do. */
  text: string;
}

/** Every address by which visitors can reach a server, the one that it is known by first. */
export function addressesOfServer(server: Server): string[] {
  const addresses = [
    ...[server.ipAddress, server.privateAddress].filter((address) => address !== null),
    ...(factsOf(server.facts)?.addresses ?? []).map(({ address }) => address),
  ].map(canonical);
  return [...new Set(addresses)].filter((address) => !isOfOneMachine(address));
}

/** Whether names lead visitors to a server; asks the DNS now. */
export function domainsAt(ctx: Context, names: readonly string[], server: Server): Promise<DomainView[]> {
  const known = addressesOfServer(server);
  return Promise.all(
    names.map(async (name) => viewDomain(name, await ctx.domains.addresses(name), server.name, known)),
  );
}

function viewDomain(
  name: string,
  { addresses, fault }: DomainAddresses,
  server: string,
  known: string[],
): DomainView {
  const others = addresses.filter((address) => !known.includes(canonical(address)));
  const [points, text] = verdict(fault, addresses, others, server, known);
  return { name, points, addresses, text };
}

function verdict(
  fault: DomainAddresses['fault'],
  addresses: readonly string[],
  others: readonly string[],
  server: string,
  known: readonly string[],
): [DomainPoints, string] {
  const set = known[0] === undefined ? '' : ` Set its A record to ${known[0]}.`;
  if (fault === 'unanswered') return ['unknown', 'The DNS did not answer. Try again in a moment.'];
  if (fault === 'not-found') return ['nowhere', `The DNS knows no such name.${set}`];
  if (fault === 'no-address' || addresses.length === 0) return ['nowhere', `The name has no address.${set}`];
  if (others.length === 0) return ['here', `Leads to ${server}.`];
  const where = others.join(', ');
  return others.length < addresses.length
    ? ['partly', `Some visitors are led to ${where} instead. Remove what does not belong to ${server}.`]
    : ['elsewhere', `Leads to ${where}. Unless that is a CDN before ${server}, visitors pass it by.${set}`];
}

function canonical(address: string): string {
  return ipAddressSchema.safeParse(address).data ?? address;
}

/** Loopback and link-local addresses mean another machine to everybody. */
function isOfOneMachine(address: string): boolean {
  return /^(?:127\.|169\.254\.|::1$|fe[89ab])/i.test(address);
}
