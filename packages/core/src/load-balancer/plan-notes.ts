import { servedPort, wantedPort } from '../backend/ports.ts';
import { type DesiredState, isProven } from '../desired.ts';
import type { DatabaseEngine } from '../desired-database.ts';
import type { Fleet } from '../fleet.ts';
import type { GivenImport } from '../import/given-import.ts';
import { importNotes } from '../import/notes.ts';
import { backendNotes } from '../process/backend-notes.ts';
import { factsOf } from '../server/facts.ts';
import { backendTlsNotes } from './backend-tls-notes.ts';
import type { GivenFront } from './given-front.ts';
import { httpNotes } from './http-notes.ts';
import { isWayOpen } from './open-way.ts';
import type { PlanNote } from './plan-view.ts';
import { restoreNotes } from './restore-notes.ts';
import { streamNotes } from './stream-notes.ts';
import { proxyNotes, tlsNotes } from './tls-notes.ts';

/** What the plan needs to know beside the rows of the fleet. */
export interface PlanFacts {
  /** Text of the front that was applied last. */
  appliedFront: string | null;
  /** Text of the streams that were applied with it. */
  appliedStreams: string | null;
  /** The commit that the primary serves. */
  liveCommit: string | null;
  /** The app's own variables. */
  environmentKeys: readonly string[];
  /** Those of single backends, by their ids. */
  backendKeys?: ReadonlyMap<string, readonly string[]>;
  /** Another app of the same engine and primary has backends elsewhere: the engine listens already. */
  databaseListens: boolean;
  /** Processes that fairlead.yml declares at the commit that is served. */
  declared?: unknown;
  /** The front that the change takes its settings from, if it does. */
  given: GivenFront | null;
  /** The change is about the way to the backends. */
  turns: boolean;
  /** The file that the change imports, if it does. */
  foreign: GivenImport | null;
  now: Date;
}

const engineNames: Record<DatabaseEngine, string> = { postgresql: 'PostgreSQL', mariadb: 'MariaDB' };

/** Connections that one backend's pool may open: the default of most frameworks. */
const poolSize = 10;
/** Kept free for administrators and for what else connects. */
const sparePerServer = 10;

/** In words: what a reader would not see in the diff. */
export function planNotes(
  before: Fleet,
  after: Fleet,
  from: DesiredState,
  to: DesiredState,
  facts: PlanFacts,
): PlanNote[] {
  const name = (serverId: string) =>
    after.servers.find((server) => server.id === serverId)?.name ?? 'a server';
  const info = (text: string): PlanNote => ({ level: 'info', text });
  const warning = (text: string): PlanNote => ({ level: 'warning', text });
  const notes = facts.given === null ? [] : restoreNotes(before, after, facts.given);
  if (facts.foreign !== null) notes.push(...importNotes(before, after, facts.foreign));
  notes.push(...backendNotes(before, after, facts.declared));
  const present = (state: DesiredState) =>
    new Set(state.backends.filter((b) => b.present).map((b) => b.serverId));
  const [old, next] = [present(from), present(to)];
  for (const serverId of [...old].filter((id) => !next.has(id))) {
    notes.push(warning(leavingNote(after, serverId, name(serverId))));
  }
  if ([...next].some((id) => !old.has(id))) {
    notes.push(
      info(
        `${name(after.app.primaryServerId)} goes on serving through the whole change; a new server gets requests after it proved healthy.`,
      ),
    );
  }
  notes.push(...wayNotes(after, from, to).map(info));
  const { database } = to;
  if (database !== null) {
    const address = database.listenAddress;
    if (address !== null && address !== from.database?.listenAddress && !facts.databaseListens) {
      notes.push(
        warning(
          `${engineNames[database.engine]} on ${name(database.serverId)} restarts once to listen on ${address}.`,
        ),
      );
    }
    notes.push(...connectionBudget(after, to));
  }
  const up = to.backends.filter((backend) => backend.inUpstream === 'up');
  if (up.length === 0) notes.push(warning('No backend is left in the balancer: visitors get an error page.'));
  const failing = after.backends.filter(
    (b) => b.health === 'unhealthy' && up.some((u) => u.backendId === b.id),
  );
  for (const backend of failing) {
    notes.push(
      warning(
        `${name(backend.serverId)} fails its health check now: ${backend.healthReason ?? 'no reason known'}.`,
      ),
    );
  }
  if (after.loadBalancer.maintenance) {
    notes.push(warning('Maintenance is on: every visitor gets a page that says so, with status 503.'));
  }
  notes.push(...methodNotes(before, after).map(info));
  notes.push(...slowStartNotes(before, after).map(info));
  notes.push(...portNotes(before, after).map(info));
  notes.push(...httpNotes(before, after), ...streamNotes(before, after));
  notes.push(...tlsNotes(before, after, facts.now), ...proxyNotes(before, after));
  notes.push(...backendTlsNotes(before, after));
  if (after.loadBalancer.enabled && up.length > 1 && isAllStandby(after, up)) {
    notes.push(warning('All backends only stand by: they share the requests as if none did.'));
  }
  const unknown = after.servers.filter((server) => factsOf(server.facts)?.nginx == null);
  if (unknown.length > 0) {
    notes.push(
      info(
        `Files of ${unknown.map((server) => server.name).join(', ')} are shown as for Nginx 1.22 of Debian 12, until it is installed there.`,
      ),
    );
  }
  return notes;
}

/** Of a server that does not answer now, what its removal can do. */
function leavingNote(after: Fleet, serverId: string, name: string): string {
  const { status } = after.servers.find((server) => server.id === serverId) ?? {};
  return status === 'unreachable'
    ? `${name} does not answer: it gets no more requests, and rules and grants for it are taken back. What lies on it stays until its removal is tried again with an answer.`
    : `The app and its files are taken off ${name} once it is drained.`;
}

function isAllStandby(after: Fleet, up: readonly { backendId: string }[]): boolean {
  return up.every(({ backendId }) => after.backends.find(({ id }) => id === backendId)?.backup);
}

/** What a method means for visitors, where the balancer begins to go by it. */
function methodNotes(before: Fleet, { loadBalancer }: Fleet): string[] {
  const { enabled, method, hashKey, stickyCookie } = loadBalancer;
  const { enabled: was, method: known } = before.loadBalancer;
  if (!enabled || (was && known === method)) return [];
  switch (method) {
    case 'ip_hash':
      return [
        'IP hash ties each visitor to a backend by the first three numbers of an IPv4 address: an office or a proxy counts as one visitor.',
      ];
    case 'sticky':
      return [
        `Each new visitor is given the cookie ${stickyCookie} and stays with one backend; sessions on a backend that is taken out end.`,
      ];
    case 'hash':
      return hashKey === 'uri'
        ? []
        : [`Requests without the field ${hashKey.replace('header:', '')} all go to one backend.`];
    default:
      return [];
  }
}

/** What coming back by steps means, where that changes, and who comes back so now. */
function slowStartNotes(before: Fleet, { loadBalancer, backends, servers }: Fleet): string[] {
  const { enabled, slowStartSeconds: seconds } = loadBalancer;
  if (!enabled || (seconds === 0 && before.loadBalancer.slowStartSeconds === 0)) return [];
  if (seconds === 0) return ['Backends have all of their weight at once, those that climb now too.'];
  const isBack = (id: string) => before.backends.find((known) => known.id === id)?.desired !== 'enabled';
  const back = backends.filter(({ id, desired, backup }) => desired === 'enabled' && !backup && isBack(id));
  const names = back.map(({ serverId }) => servers.find(({ id }) => id === serverId)?.name ?? 'a server');
  const steps = `10, 25 and 50 % of its weight for ${Math.round(seconds / 3)} s each, then all`;
  if (seconds !== before.loadBalancer.slowStartSeconds) {
    return [`A backend that is given requests again gets ${steps}: each step is one reload.`];
  }
  return names.length === 0 ? [] : [`${names.join(', ')}: ${steps}, beside the others.`];
}

/** By which address a new backend is asked, where that is to be measured. */
function wayNotes({ servers, loadBalancer }: Fleet, from: DesiredState, to: DesiredState): string[] {
  const balancer = servers.find(({ id }) => id === loadBalancer.balancerServerId);
  const known = new Set(from.backends.filter(({ present }) => present).map(({ backendId }) => backendId));
  return to.backends.flatMap(({ backendId, serverId, present }) => {
    const server = servers.find(({ id }) => id === serverId);
    if (!present || known.has(backendId) || server === undefined || balancer === undefined) return [];
    return isWayOpen(server, balancer)
      ? [
          `${server.name} is asked at its private address ${server.privateAddress} if ${balancer.name} meets the same machine there, else at ${server.ipAddress}.`,
        ]
      : [];
  });
}

/** In which order a backend moves to another port. */
function portNotes(before: Fleet, { app, backends, servers }: Fleet): string[] {
  return backends.flatMap((backend) => {
    const known = before.backends.find(({ id }) => id === backend.id);
    if (known === undefined || !isProven(known)) return [];
    const [from, to] = [servedPort(app, known), wantedPort(app, backend)];
    const name = servers.find(({ id }) => id === backend.serverId)?.name ?? 'a server';
    return from === to || wantedPort(app, known) === to
      ? []
      : [
          `${name} listens on ${to} beside ${from} first; the balancer asks there once it has found it healthy, and ${from} is closed last, when no connection uses it.`,
        ];
  });
}

/** Pools of all backends against what the engine allows. */
function connectionBudget(after: Fleet, to: DesiredState): PlanNote[] {
  const { database } = to;
  if (database === null) return [];
  const facts = factsOf(after.servers.find((server) => server.id === database.serverId)?.facts);
  const limit = facts?.[database.engine]?.maxConnections ?? null;
  if (limit === null) return [];
  const backends = to.backends.filter((backend) => backend.present).length;
  const wanted = backends * poolSize;
  const text = `${backends} backends with a pool of ${poolSize} connections each may open ${wanted}; ${engineNames[database.engine]} allows ${limit}.`;
  if (wanted + sparePerServer <= limit) return [{ level: 'info', text }];
  return [{ level: 'warning', text: `${text} Raise max_connections or make the pools smaller.` }];
}
