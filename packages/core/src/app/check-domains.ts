import { ipAddressSchema } from '@fairlead/nginx';
import { authorize } from '../authorize.ts';
import type { DomainAddresses, UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { factsOf } from '../server/facts.ts';
import { found, tenant } from '../tenant.ts';
import { appInput } from './schemas.ts';

/** `here`: every address of the name is the balancer's. `unknown`: the DNS gave no answer, which says nothing. */
export type DomainPoints = 'here' | 'partly' | 'elsewhere' | 'nowhere' | 'unknown';

export interface DomainView {
  name: string;
  points: DomainPoints;
  /** What the DNS answered just now. */
  addresses: string[];
  /** One sentence: what it means, and what to do. */
  text: string;
}

export interface DomainsView {
  /** Addresses by which the balancer is known. */
  balancer: { id: string; name: string; addresses: string[] };
  domains: DomainView[];
  checkedAt: string;
}

/** Whether the names of an app lead visitors to its balancer; asks the DNS now. */
export const checkDomains: UseCase<unknown, DomainsView> = async (ctx, actor, input) => {
  authorize(actor, 'app.check-domains');
  const { appId } = parseInput(appInput, input);
  const app = found(
    await tenant(ctx, actor).app.findUnique({
      where: { id: appId },
      include: { loadBalancer: { include: { balancerServer: true } }, primaryServer: true },
    }),
    'app',
  );
  const server = app.loadBalancer?.balancerServer ?? app.primaryServer;
  const addresses = [
    ...[server.ipAddress, server.privateAddress].filter((address) => address !== null),
    ...(factsOf(server.facts)?.addresses ?? []).map(({ address }) => address),
  ].map(canonical);
  const known = [...new Set(addresses)].filter((address) => !isOfOneMachine(address));
  const domains = await Promise.all(
    app.domains.map(async (name) => viewDomain(name, await ctx.domains.addresses(name), known)),
  );
  return {
    balancer: { id: server.id, name: server.name, addresses: known },
    domains,
    checkedAt: ctx.clock().toISOString(),
  };
};

function viewDomain(name: string, { addresses, fault }: DomainAddresses, known: string[]): DomainView {
  const others = addresses.filter((address) => !known.includes(canonical(address)));
  const [points, text] = verdict(fault, addresses, others, known);
  return { name, points, addresses, text };
}

function verdict(
  fault: DomainAddresses['fault'],
  addresses: readonly string[],
  others: readonly string[],
  known: readonly string[],
): [DomainPoints, string] {
  const set = known[0] === undefined ? '' : ` Set its A record to ${known[0]}.`;
  if (fault === 'unanswered') return ['unknown', 'The DNS did not answer. Try again in a moment.'];
  if (fault === 'not-found') return ['nowhere', `The DNS knows no such name.${set}`];
  if (fault === 'no-address') return ['nowhere', `The name has no address.${set}`];
  if (others.length === 0) return ['here', 'Leads to the balancer.'];
  const where = others.join(', ');
  return others.length < addresses.length
    ? ['partly', `Some visitors are led to ${where} instead. Remove what is not the balancer’s.`]
    : [
        'elsewhere',
        `Leads to ${where}. Unless that is a CDN before the balancer, visitors pass it by.${set}`,
      ];
}

function canonical(address: string): string {
  return ipAddressSchema.safeParse(address).data ?? address;
}

/** Loopback and link-local addresses mean another machine to everybody. */
function isOfOneMachine(address: string): boolean {
  return /^(?:127\.|169\.254\.|::1$|fe[89ab])/i.test(address);
}
