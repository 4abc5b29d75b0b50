import type { Backend, Server } from '@fairlead/db';
import { isSameStreams } from '@fairlead/nginx';
import { lockPorts, type TakenPort, takenPorts } from '../backend/taken-ports.ts';
import type { OperationContext, Requester } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { type Fleet, loadFleet } from '../fleet.ts';
import { newId } from '../new-id.ts';
import type { OperationKind } from '../operation/kinds.ts';
import { accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { lockApp, lockServer } from '../tenant.ts';
import { asFront } from './as-front.ts';
import { type GivenFront, givenFront } from './given-front.ts';
import { withHttp } from './http-change.ts';
import { httpOf, isHttpAlike } from './http-of.ts';
import { methodNames } from './methods.ts';
import { destinationOf } from './move-balancer.ts';
import { type Neighbour, neighboursOf } from './neighbours.ts';
import { nextLoadBalancerStatus } from './next-status.ts';
import { claimsFor } from './port-claims.ts';
import { propose } from './propose.ts';
import type { Intent } from './schemas.ts';
import { streamsOf } from './streams-of.ts';

const kinds = {
  enable: 'load-balancer.enable',
  change: 'load-balancer.change',
  maintenance: 'load-balancer.maintenance',
  move: 'load-balancer.move',
  'finish-move': 'load-balancer.finish-move',
  restore: 'load-balancer.restore',
  adopt: 'drift.adopt',
  disable: 'load-balancer.disable',
  add: 'backend.add',
  toggle: 'backend.toggle',
  configure: 'backend.configure',
  remove: 'backend.remove',
} as const satisfies Record<Intent['action'], OperationKind>;

/** Apps that an intent may lead requests to. */
export async function neighboursFor(tx: Transaction, fleet: Fleet, intent: Intent): Promise<Neighbour[]> {
  const isAsked =
    intent.action === 'restore' ||
    intent.action === 'adopt' ||
    (intent.action === 'change' && intent.http?.routes !== undefined);
  return isAsked ? neighboursOf(tx, fleet) : [];
}

/** Ports that the backend of an intent can't have; empty where it names none. */
export async function takenPortsFor(tx: Transaction, fleet: Fleet, intent: Intent): Promise<TakenPort[]> {
  if (intent.action !== 'configure' || intent.port == null) return [];
  const backend = fleet.backends.find(({ id }) => id === intent.backendId);
  return backend === undefined ? [] : takenPorts(tx, fleet, backend.serverId);
}

/** Servers that an intent names. */
export async function candidatesOf(tx: Transaction, intent: Intent): Promise<Server[]> {
  const ids =
    intent.action === 'enable' ? intent.serverIds : intent.action === 'add' ? [intent.serverId] : [];
  return ids.length === 0 ? [] : tx.server.findMany({ where: { id: { in: ids } } });
}

/**
 * One change of a load balancer: desired state, generation + 1 and the operation in one transaction. The same intent while one like it waits or runs is
 * answered with that one.
 * @param check refuses what is legal but unwise, seeing the fleet before and after
 */
export async function intend(
  ctx: OperationContext,
  actor: Requester,
  appId: string,
  intent: Intent,
  idempotencyKey: string | undefined,
  more: { acknowledged?: string[]; check?: (before: Fleet, after: Fleet) => void } = {},
): Promise<{ operation: OperationView }> {
  const kind = kinds[intent.action];
  const input = { appId, ...intent };
  const request = { kind, idempotencyKey, input };
  return accept(ctx, actor, request, async (tx) => {
    if (intent.action === 'configure' && intent.port != null) await lockPorts(tx, actor.organizationId);
    await lockApp(tx, actor, appId);
    const before = await loadFleet(tx, appId);
    const backendId = 'backendId' in intent ? intent.backendId : undefined;
    const given = await givenFront(tx, before, intent);
    const neighbours = await neighboursFor(tx, before, intent);
    if (isAskedAlready(before, intent, given, neighbours)) {
      const active = await findActive(tx, {
        appId,
        kinds: [kind],
        ...(backendId === undefined ? {} : { backendId }),
      });
      if (active !== null) return { same: active.id };
    }
    // Two apps that ask for one port of a balancer come one after the other.
    if (mayAddStreams(intent)) await lockServer(tx, actor, before.loadBalancer.balancerServerId);
    const after = propose(before, intent, {
      candidates: await candidatesOf(tx, intent),
      front: given?.spec ?? null,
      streams: given?.streams ?? null,
      neighbours,
      claims: await claimsFor(tx, before, intent),
      destination: await destinationOf(tx, before, intent),
      takenPorts: await takenPortsFor(tx, before, intent),
      now: ctx.clock(),
      newId,
    });
    more.check?.(before, after);
    await saveFleet(tx, before, after, kind, more.acknowledged);
    await announce(tx, actor.organizationId, 'load-balancer', appId);
    const added = after.backends.find((b) => !before.backends.some((known) => known.id === b.id));
    const ofAdded =
      intent.action === 'add' ? after.backends.find((b) => b.serverId === intent.serverId) : undefined;
    return {
      start: {
        kind,
        input,
        title: titleOf(after, intent),
        subject: { type: 'app', id: appId, name: before.app.name },
        appId,
        generation: after.loadBalancer.generation,
        deploymentId: added === undefined && ofAdded === undefined ? null : await liveDeployment(tx, appId),
        ...((backendId ?? ofAdded?.id) === undefined ? {} : { backendId: backendId ?? ofAdded?.id }),
      },
    };
  });
}

function mayAddStreams(intent: Intent): boolean {
  return intent.action === 'restore' || (intent.action === 'change' && intent.streams !== undefined);
}

/** The desired state says so already: a second press of the same button. */
function isAskedAlready(
  fleet: Fleet,
  intent: Intent,
  given: GivenFront | null,
  neighbours: readonly Neighbour[],
): boolean {
  const backend = 'backendId' in intent ? fleet.backends.find((b) => b.id === intent.backendId) : undefined;
  switch (intent.action) {
    case 'toggle':
      return backend?.desired === (intent.enabled ? 'enabled' : 'disabled');
    case 'remove':
      return backend?.desired === 'removed';
    case 'change':
      return (
        says(fleet.loadBalancer, { ...intent, action: undefined, http: undefined, streams: undefined }) &&
        (intent.http === undefined ||
          isHttpAlike(fleet.loadBalancer, withHttp(fleet, intent.http, neighbours).loadBalancer)) &&
        (intent.streams === undefined || isSameStreams(streamsOf(fleet.loadBalancer), intent.streams))
      );
    case 'configure':
      return backend !== undefined && says(backend, { ...intent, action: undefined, backendId: undefined });
    case 'maintenance':
      return fleet.loadBalancer.maintenance === intent.enabled;
    case 'move':
      return isMoveAsked(fleet, intent.serverId);
    case 'finish-move':
      return fleet.loadBalancer.successorServerId === null && !intent.abandon;
    case 'restore':
    case 'adopt':
      return (
        given !== null &&
        isAlike(fleet, asFront(fleet, given.spec)) &&
        (given.streams === null || isSameStreams(streamsOf(fleet.loadBalancer), given.streams))
      );
    case 'disable':
      return !fleet.loadBalancer.enabled;
    case 'enable':
    case 'add':
      return false;
  }
}

/** The server serves beside the balancer already; or it is the balancer, and the one beside it is on its way out. */
function isMoveAsked({ loadBalancer }: Fleet, serverId: string): boolean {
  const { balancerServerId, successorServerId, formerServerId } = loadBalancer;
  return serverId === successorServerId || (serverId === balancerServerId && formerServerId !== null);
}

/** Whether a row has all these values; what is undefined asks for nothing. */
function says(row: object, values: object): boolean {
  const known = row as Record<string, unknown>;
  return Object.entries(values).every(([key, value]) => value === undefined || known[key] === value);
}

function isAlike(fleet: Fleet, other: Fleet): boolean {
  const rows = ({ loadBalancer, backends }: Fleet) =>
    JSON.stringify([{ ...loadBalancer, http: httpOf(loadBalancer) }, backends]);
  return rows(fleet) === rows(other);
}

async function saveFleet(
  tx: Transaction,
  before: Fleet,
  after: Fleet,
  kind: OperationKind,
  acknowledged?: string[],
): Promise<void> {
  const { balancerServerId, successorServerId, formerServerId } = after.loadBalancer;
  const { enabled, maintenance, method, hashKey, stickyCookie, slowStartSeconds, generation } =
    after.loadBalancer;
  const { http, streams } = after.loadBalancer;
  const listUrl = ({ loadBalancer }: Fleet) => httpOf(loadBalancer).trustedProxy?.listUrl;
  await tx.loadBalancer.update({
    where: { id: before.loadBalancer.id },
    data: {
      enabled,
      maintenance,
      method,
      hashKey,
      stickyCookie,
      slowStartSeconds,
      http: http as object,
      streams: streams as object[],
      generation,
      balancerServerId,
      successorServerId,
      formerServerId,
      ...(successorServerId === before.loadBalancer.successorServerId ? {} : { successorGeneration: null }),
      status: nextLoadBalancerStatus(before.loadBalancer, kind),
      ...(acknowledged === undefined ? {} : { acknowledgedChecks: acknowledged }),
      // Of another list nothing is known yet.
      ...(listUrl(before) === listUrl(after) ? {} : { networksCheckedAt: null, networksFault: null }),
    },
  });
  for (const backend of after.backends) {
    const known = before.backends.find((b) => b.id === backend.id);
    if (known === undefined) await tx.backend.create({ data: backend });
    else if (known !== backend)
      await tx.backend.update({ where: { id: backend.id }, data: intentColumns(backend) });
  }
}

/** What an intent may change of a row; the rest is the worker's and the poller's, who may write at this moment. */
function intentColumns(backend: Backend) {
  const { desired, weight, maxFails, failTimeoutSeconds, maxConns, backup, port, openPorts } = backend;
  const wanted = { desired, weight, maxFails, failTimeoutSeconds, maxConns, backup, port, openPorts };
  const { state, address, colour, releaseId, configHash, health, healthReason } = backend;
  return backend.state === 'pending'
    ? { ...wanted, state, address, colour, releaseId, configHash, health, healthReason }
    : wanted;
}

async function liveDeployment(tx: Transaction, appId: string): Promise<string | null> {
  const row = await tx.deployment.findFirst({
    where: { appId, status: 'succeeded' },
    orderBy: { number: 'desc' },
    select: { id: true },
  });
  return row?.id ?? null;
}

function titleOf(after: Fleet, intent: Intent): string {
  const { name } = after.app;
  const serverName = (id: string | undefined) =>
    after.servers.find((server) => server.id === id)?.name ?? 'a server';
  const backendServer = (id: string) =>
    serverName(after.backends.find((backend) => backend.id === id)?.serverId);
  switch (intent.action) {
    case 'enable':
      return `Enable load balancing of ${name} over ${intent.serverIds.length + 1} servers`;
    case 'disable':
      return `Disable load balancing of ${name}`;
    case 'maintenance':
      return `${intent.enabled ? 'Begin' : 'End'} maintenance of ${name}`;
    case 'change':
      if (intent.method === undefined && intent.slowStartSeconds !== undefined)
        return `Change the slow start of ${name}`;
      if (intent.streams !== undefined && intent.method === undefined && intent.http === undefined)
        return `Change the TCP streams of ${name}`;
      return intent.method === undefined
        ? `Change what the front of ${name} does with requests`
        : `Balance ${name} by ${methodNames[intent.method]}`;
    case 'move':
      return intent.serverId === after.loadBalancer.balancerServerId
        ? `Keep the balancer of ${name} on ${serverName(intent.serverId)}`
        : `Lead visitors of ${name} to ${serverName(intent.serverId)} too`;
    case 'finish-move':
      return `Balance ${name} on ${serverName(after.loadBalancer.balancerServerId)} alone`;
    case 'adopt':
      return `Adopt what was changed by hand on ${name}`;
    case 'restore':
      return `Restore generation ${intent.generation} of ${name}`;
    case 'add':
      return `Add ${serverName(intent.serverId)} to ${name}`;
    case 'toggle':
      return `${intent.enabled ? 'Enable' : 'Disable'} ${backendServer(intent.backendId)} in ${name}`;
    case 'configure':
      return intent.port === undefined
        ? `Change the share of ${backendServer(intent.backendId)} in ${name}`
        : `Move ${backendServer(intent.backendId)} to port ${intent.port ?? after.app.port} in ${name}`;
    case 'remove':
      return `Remove ${backendServer(intent.backendId)} from ${name}`;
  }
}
