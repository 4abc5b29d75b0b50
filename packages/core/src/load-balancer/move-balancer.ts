import type { Server } from '@fairlead/db';
import { AppError, toAppError } from '@fairlead/errors';
import { hasTls } from '@fairlead/nginx';
import { reaches } from '../desired-network.ts';
import type { Transaction } from '../events.ts';
import type { Fleet } from '../fleet.ts';
import { isUsable } from '../server/status.ts';
import { found } from '../tenant.ts';
import { httpOf } from './http-of.ts';
import { methodRefusal } from './method-refusal.ts';
import type { Method } from './methods.ts';
import { findRouteTo, type Neighbour, neighboursOf } from './neighbours.ts';
import { capabilitiesOfServer } from './plan-files.ts';
import type { PortClaim } from './port-claims.ts';
import type { Intent } from './schemas.ts';
import { withStreams } from './stream-change.ts';
import { streamsOf } from './streams-of.ts';
import { portRefusals } from './tls-change.ts';
import { tlsOf } from './tls-of.ts';

/** A server that visitors may be led to, and whom else it serves. */
export interface Destination {
  server: Server;
  /** Apps whose front is on it. */
  neighbours: readonly Neighbour[];
  /** Another app without a domain: it answers on the server's address already. */
  nameless: { name: string } | null;
  /** An app that leads requests to this one's backends: it needs this one's front beside its own. */
  routedFrom: { name: string; prefix: string } | null;
}

/** What a move has to know of the server that it leads to; null for every other intent. @throws AppError `not-found` */
export async function destinationOf(
  tx: Transaction,
  fleet: Fleet,
  intent: Intent,
): Promise<Destination | null> {
  const serverId = leadsTo(fleet, intent);
  if (serverId === null) return null;
  const server = found(await tx.server.findUnique({ where: { id: serverId } }), 'server');
  return {
    server,
    neighbours: await neighboursOf(tx, balancedOn(fleet, serverId)),
    nameless: await tx.app.findFirst({
      where: {
        id: { not: fleet.app.id },
        domains: { isEmpty: true },
        loadBalancer: { OR: [{ balancerServerId: serverId }, { successorServerId: serverId }] },
      },
      select: { name: true },
    }),
    routedFrom: await findRouteTo(tx, fleet.app),
  };
}

function leadsTo({ loadBalancer }: Fleet, intent: Intent): string | null {
  if (intent.action === 'move') return intent.serverId;
  return intent.action === 'finish-move' ? loadBalancer.successorServerId : null;
}

const conflict = (message: string, hint?: string) =>
  new AppError('conflict', message, hint === undefined ? {} : { hint });

/**
 * The fleet with a second server beside its balancer, both serving, until the move is finished; or, named the balancer itself, with the second one on its
 * way out again.
 * @throws AppError `conflict`
 */
export function moved(fleet: Fleet, destination: Destination | null, claims: readonly PortClaim[]): Fleet {
  if (destination === null) throw new AppError('internal', 'A move names the server that it leads to.');
  const { app, loadBalancer } = fleet;
  const { server } = destination;
  const { balancerServerId, successorServerId, formerServerId } = loadBalancer;
  const nameOf = (id: string) => fleet.servers.find((known) => known.id === id)?.name ?? 'a server';
  if (formerServerId !== null) {
    const hint = 'Finish that first; its operation says what holds it up.';
    throw conflict(`${nameOf(formerServerId)} still has to be taken out of service.`, hint);
  }
  if (server.id === balancerServerId) {
    if (successorServerId === null) throw conflict(`${server.name} is the balancer already.`);
    return withBalancers(fleet, { successorServerId: null, formerServerId: successorServerId });
  }
  if (app.status === 'new') throw conflict('The app does not serve yet.', 'Deploy it first.');
  if (successorServerId !== null && successorServerId !== server.id) {
    const hint = `Finish that move, or stay on ${nameOf(balancerServerId)}.`;
    throw conflict(`The balancer is moving to ${nameOf(successorServerId)} already.`, hint);
  }
  const refusal = destinationRefusal(fleet, destination);
  if (refusal !== null) throw conflict(...refusal);
  const servers = fleet.servers.some(({ id }) => id === server.id)
    ? fleet.servers
    : [...fleet.servers, server];
  const after = withBalancers({ ...fleet, servers }, { successorServerId: server.id });
  checkPorts(balancedOn(after, server.id), claims);
  return after;
}

/** @throws AppError `conflict` where the server can't take the app's TLS or TCP streams, with why */
function checkPorts(fleet: Fleet, claims: readonly PortClaim[]): void {
  const [refused] = tlsOf(fleet.loadBalancer).mode === 'off' ? [] : portRefusals(fleet, claims);
  if (refused !== undefined) throw conflict(refused.message, 'Change or remove that stream first.');
  const streams = streamsOf(fleet.loadBalancer);
  if (streams.length === 0) return;
  try {
    withStreams(fleet, streams, claims);
  } catch (error) {
    const { message, details } = toAppError(error);
    const [first] = (details?.errors ?? []) as { message: string }[];
    throw conflict(first?.message ?? message, 'Change or remove that stream first.');
  }
}

/** The fleet balanced by its successor alone. @throws AppError `conflict` */
export function finishedMove(
  fleet: Fleet,
  { abandon }: Extract<Intent, { action: 'finish-move' }>,
  destination: Destination | null,
): Fleet {
  const { balancerServerId, successorServerId, successorGeneration, observedGeneration, formerServerId } =
    fleet.loadBalancer;
  if (successorServerId === null) {
    if (formerServerId === null) throw conflict('The balancer is not moving.');
    return abandon ? withBalancers(fleet, { formerServerId: null }) : fleet;
  }
  if (successorGeneration === null || successorGeneration < observedGeneration) {
    const name = fleet.servers.find(({ id }) => id === successorServerId)?.name ?? 'The new balancer';
    throw conflict(
      `${name} has not been seen serving what the balancer serves.`,
      'Apply the move again and see what holds it up.',
    );
  }
  const refusal = routeRefusal(destination?.routedFrom ?? null);
  if (refusal !== null) throw conflict(...refusal);
  return withBalancers(fleet, {
    balancerServerId: successorServerId,
    successorServerId: null,
    successorGeneration: null,
    formerServerId: abandon ? null : balancerServerId,
  });
}

type Refusal = [message: string, hint: string] | null;

type Balancers = Partial<
  Pick<
    Fleet['loadBalancer'],
    'balancerServerId' | 'successorServerId' | 'successorGeneration' | 'formerServerId'
  >
>;

function withBalancers(fleet: Fleet, balancers: Balancers): Fleet {
  return { ...fleet, loadBalancer: { ...fleet.loadBalancer, ...balancers } };
}

function balancedOn(fleet: Fleet, serverId: string): Fleet {
  return withBalancers(fleet, { balancerServerId: serverId });
}

function routeRefusal(route: Destination['routedFrom']): Refusal {
  if (route === null) return null;
  return [
    `${route.name} leads ${route.prefix} to this app, and has to stay on one server with it.`,
    `Take that route of ${route.name} away first.`,
  ];
}

/** Why visitors of this app can't be led to that server, and what to do; null where they can. */
function destinationRefusal(
  fleet: Fleet,
  { server, neighbours, nameless, routedFrom }: Destination,
): Refusal {
  const { app, loadBalancer } = fleet;
  if (!isUsable(server.status)) {
    return [
      `${server.name} is not ready: its state is ${server.status.replaceAll('_', ' ')}.`,
      'Run its connection check and see what it says.',
    ];
  }
  if (app.domains.length === 0 && nameless !== null) {
    return [
      `${nameless.name} answers on the address of ${server.name} already, and neither app has a domain.`,
      'Give one of the two a domain, so that their visitors can be told apart.',
    ];
  }
  const unreachable = fleet.backends.find(
    ({ serverId, address }) =>
      serverId !== server.id && server.privateAddress === null && isPrivate(fleet, serverId, address),
  );
  if (unreachable !== undefined) {
    return [
      `The backends are known by their private addresses, such as ${unreachable.address}, and ${server.name} has none.`,
      `Give ${server.name} its private address on its page.`,
    ];
  }
  const apart = fleet.backends.find(
    ({ serverId, address }) => serverId !== server.id && !reaches(server, address),
  );
  if (apart !== undefined) {
    return [
      `Backends are known by addresses such as ${apart.address}, and ${server.name} by none of that kind.`,
      'Balancer and backends have to be known by IPv4 or by IPv6 alike.',
    ];
  }
  const lost = httpOf(loadBalancer).routes.find(
    (route) => !neighbours.some(({ slug }) => slug === route.app),
  );
  if (lost !== undefined) {
    return [
      `The route ${lost.prefix} leads to an app that ${server.name} does not serve.`,
      'Take the route away, or move that app first.',
    ];
  }
  if (tlsOf(loadBalancer).mode !== 'off' && !hasTls(capabilitiesOfServer(server))) {
    return [`The Nginx of ${server.name} has no TLS.`, 'Prepare the server again, or turn TLS off first.'];
  }
  const routed = routeRefusal(routedFrom);
  if (routed !== null) return routed;
  const servers = [...fleet.servers, server];
  const refusal = methodRefusal(balancedOn({ ...fleet, servers }, server.id), loadBalancer.method as Method);
  return refusal === null ? null : [refusal, 'Choose another method first.'];
}

function isPrivate(fleet: Fleet, serverId: string, address: string): boolean {
  const known = fleet.servers.find(({ id }) => id === serverId);
  return known?.privateAddress === address && known.ipAddress !== address;
}
