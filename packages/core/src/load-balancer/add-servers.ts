import type { Backend, Server } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { backendStatus } from '../backend/status.ts';
import { backendAddress, balancerServerIds, reaches } from '../desired-network.ts';
import type { Fleet } from '../fleet.ts';
import { invalidInput } from '../input.ts';
import { isUsable } from '../server/status.ts';
import type { ProposalContext } from './propose.ts';

const isDatabaseOf = ({ app }: Fleet, server: Server): boolean =>
  app.databaseEngine !== 'none' && server.id === app.primaryServerId;

const kindOf = (address: string): string => (address.includes(':') ? 'IPv6' : 'IPv4');

function apartFrom(server: Server, address: string, other: Server): string {
  const theirs = kindOf(other.privateAddress ?? other.ipAddress ?? '');
  return `${server.name} is known by an ${kindOf(address)} address and ${other.name} by an ${theirs} one. Give both an address of one kind, for instance as private address.`;
}

/** The fleet with more servers, each a backend that is to be prepared. @throws AppError `not-found`, `conflict`, `invalid-input` on the field that names it */
export function addServers(
  fleet: Fleet,
  serverIds: readonly string[],
  field: string,
  given: ProposalContext,
): Fleet {
  const byId = new Map(given.candidates.map((server) => [server.id, server]));
  return serverIds.reduce((so, serverId, index) => {
    const server = byId.get(serverId);
    if (server === undefined)
      throw new AppError('not-found', 'There is no such server.', { details: { field } });
    const path = field === 'serverIds' ? `${field}.${index}` : field;
    return addServer(so, server, path, given);
  }, fleet);
}

function addServer(fleet: Fleet, server: Server, path: string, given: ProposalContext): Fleet {
  const refuse = (message: string) => invalidInput([{ path, message }]);
  if (server.id === fleet.app.primaryServerId)
    throw refuse(`${server.name} is the primary and takes part already.`);
  if (!isUsable(server.status)) {
    throw new AppError(
      'conflict',
      `${server.name} is not ready: its state is ${server.status.replaceAll('_', ' ')}.`,
      { hint: 'Run its connection check and see what it says.' },
    );
  }
  const balancers = balancerServerIds(fleet.loadBalancer);
  const address = backendAddress(
    server,
    fleet.servers.filter(({ id }) => balancers.includes(id)),
  );
  const apart = fleet.servers.find(
    (other) =>
      (balancers.includes(other.id) || isDatabaseOf(fleet, other)) &&
      other.id !== server.id &&
      !reaches(other, address),
  );
  if (apart !== undefined) throw refuse(apartFrom(server, address, apart));
  const existing = fleet.backends.find((backend) => backend.serverId === server.id);
  if (existing !== undefined && existing.desired !== 'removed') {
    throw new AppError('conflict', `${server.name} is a backend of this app already.`);
  }
  const servers = fleet.servers.some((known) => known.id === server.id)
    ? fleet.servers
    : [...fleet.servers, server];
  if (existing === undefined)
    return { ...fleet, servers, backends: [...fleet.backends, newBackend(fleet, server, address, given)] };
  // It was on its way out; its row comes back, and what was taken away is deployed anew.
  const revived: Backend = {
    ...existing,
    desired: 'enabled',
    state: backendStatus.transition(backendStatus.transition(existing.state, 'removing'), 'pending'),
    address,
    colour: null,
    releaseId: null,
    configHash: null,
    heldBack: null,
    health: 'deploying',
    healthReason: null,
  };
  return { ...fleet, servers, backends: fleet.backends.map((b) => (b.id === existing.id ? revived : b)) };
}

function newBackend(fleet: Fleet, server: Server, address: string, { now, newId }: ProposalContext): Backend {
  return {
    id: newId(now),
    appId: fleet.app.id,
    serverId: server.id,
    role: 'replica',
    desired: 'enabled',
    state: 'pending',
    address,
    colour: null,
    releaseId: null,
    configHash: null,
    weight: 1,
    maxFails: 1,
    failTimeoutSeconds: 10,
    maxConns: 0,
    backup: false,
    drain: false,
    restarts: null,
    processes: null,
    processesSeenAt: null,
    memoryMib: null,
    heldBack: null,
    canary: false,
    slowStartedAt: null,
    slowStartPercent: 100,
    port: null,
    openPorts: [],
    health: 'deploying',
    healthReason: null,
    healthLatencyMs: null,
    healthStatus: null,
    healthStreak: 0,
    healthCheckedAt: null,
    healthChangedAt: null,
    createdAt: now,
    updatedAt: now,
  };
}
