import type { Server } from '@fairlead/db';
import { Secret } from '@fairlead/errors';
import { runtimesOf } from '../app/runtimes.ts';
import { wantedWay } from '../backend/ways.ts';
import type { DesiredState } from '../desired.ts';
import { databaseEnvironmentKeys } from '../desired-database.ts';
import { desiredOf, type Fleet } from '../fleet.ts';
import { redisEnvironmentKeys } from '../redis/environment.ts';
import { planFiles, plannedFile } from './plan-files.ts';
import { type PlanFacts, planNotes } from './plan-notes.ts';
import type { PlanView, ServerPlan } from './plan-view.ts';

const hidden = new Secret('');

/** Before and after, compared: pure. The database's password is never read for it. */
export function buildPlan(before: Fleet, after: Fleet, facts: PlanFacts): PlanView {
  const withColours = {
    ...after,
    // What is there once all is done: one colour runs, a port that was left is closed, and a balancer on its way out is gone.
    loadBalancer: {
      ...after.loadBalancer,
      formerServerId: null,
      backendWay: facts.turns ? wantedWay(after.loadBalancer) : after.loadBalancer.backendWay,
    },
    backends: after.backends.map((b) => ({ ...b, colour: b.colour ?? 'blue', openPorts: [] })),
  };
  const [from, to] = [
    desiredOf(before, { databasePassword: hidden, redisPassword: hidden }),
    desiredOf(withColours, { databasePassword: hidden, redisPassword: hidden }),
  ];
  const servers = withColours.servers.map((server) =>
    planServer(server, before, withColours, from, to, facts),
  );
  return {
    generation: after.loadBalancer.generation,
    servers: servers.filter(changesAnything),
    notes: planNotes(before, withColours, from, to, facts),
  };
}

function changesAnything(plan: ServerPlan): boolean {
  const { files, firewall, grants, environment, deploys, prepares, restarts } = plan;
  return (
    [files, firewall, grants, environment, restarts].some((list) => list.length > 0) ||
    deploys !== null ||
    prepares
  );
}

function planServer(
  server: Server,
  before: Fleet,
  after: Fleet,
  from: DesiredState,
  to: DesiredState,
  facts: PlanFacts,
): ServerPlan {
  const isPresent = (state: DesiredState) =>
    state.backends.some((b) => b.serverId === server.id && b.present);
  const arrives = isPresent(to) && !isPresent(from);
  const isFront = (state: DesiredState) => state.fronts.some(({ serverId }) => serverId === server.id);
  const takesVisitors = isFront(to) && !isFront(from);
  const isBalancer = server.id === before.loadBalancer.balancerServerId;
  const replaced =
    isBalancer && facts.foreign !== null ? plannedFile(facts.foreign.path, facts.foreign.content, null) : [];
  const files = planFiles(
    after.app.slug,
    server,
    from,
    to,
    isBalancer ? facts : { appliedFront: null, appliedStreams: null },
  ).concat(replaced);
  return {
    serverId: server.id,
    name: server.name,
    files,
    ...comparePlaces(server.id, before, after, from, to, facts),
    deploys: arrives ? facts.liveCommit : null,
    prepares: (arrives && !isPrepared(server, after.app)) || (takesVisitors && server.preparedAt === null),
    reload: files.length > 0,
    restarts:
      to.database?.serverId === server.id && restartsDatabase(from, to, facts) ? [to.database.engine] : [],
  };
}

/** Facts name the runtimes: Nginx and the host program came with them. One that says nothing of Python is older than package managers and versions, too. */
function isPrepared({ preparedAt, facts }: Server, app: Fleet['app']): boolean {
  if (preparedAt === null) return false;
  const known = facts as Record<string, unknown> | null;
  return runtimesOf(app).every((runtime) => {
    if (runtime === 'static') return true;
    return known?.[runtime] != null && (runtime === 'php' || known.python !== undefined);
  });
}

/** Listening on one more address takes a restart; being listened to already by another app's backends does not. */
function restartsDatabase(from: DesiredState, to: DesiredState, facts: PlanFacts): boolean {
  const address = to.database?.listenAddress ?? null;
  return address !== null && address !== from.database?.listenAddress && !facts.databaseListens;
}

/** What of a server differs between two desired states, but for its files. */
export function comparePlaces(
  serverId: string,
  before: Fleet,
  after: Fleet,
  from: DesiredState,
  to: DesiredState,
  own: Pick<PlanFacts, 'environmentKeys' | 'backendKeys'>,
): Pick<ServerPlan, 'firewall' | 'grants' | 'environment'> {
  return {
    firewall: compareRules(serverId, from, to),
    grants: compareGrants(serverId, from, to),
    environment: compareEnvironment(serverId, before, after, from, to, own),
  };
}

function compareRules(serverId: string, from: DesiredState, to: DesiredState): ServerPlan['firewall'] {
  const rules = (state: DesiredState) =>
    state.firewall
      .filter((entry) => entry.serverId === serverId)
      .flatMap((entry) => entry.rules)
      .flatMap(({ port, purpose, sources }) => sources.map((source) => ({ port, source, purpose })));
  return compare(rules(from), rules(to));
}

function compareGrants(serverId: string, from: DesiredState, to: DesiredState): ServerPlan['grants'] {
  const grants = ({ database, redis }: DesiredState) => [
    ...(database === null || database.serverId !== serverId
      ? []
      : database.logins.flatMap(({ name: user }) =>
          database.addresses.map((address) => ({ user, database: database.database, address })),
        )),
    ...(redis === null || redis.serverId !== serverId
      ? []
      : redis.users.flatMap((user) =>
          redis.addresses.map((address) => ({ user, database: 'Redis', address })),
        )),
  ];
  return compare(grants(from), grants(to));
}

/** What is in one list and not in the other, by content. */
function compare<T extends object>(
  from: readonly T[],
  to: readonly T[],
): (T & { change: 'add' | 'remove' })[] {
  const keys = (list: readonly T[]) => new Set(list.map((item) => JSON.stringify(item)));
  const [old, next] = [keys(from), keys(to)];
  return [
    ...to
      .filter((item) => !old.has(JSON.stringify(item)))
      .map((item) => ({ change: 'add' as const, ...item })),
    ...from
      .filter((item) => !next.has(JSON.stringify(item)))
      .map((item) => ({ change: 'remove' as const, ...item })),
  ];
}

function compareEnvironment(
  serverId: string,
  before: Fleet,
  after: Fleet,
  from: DesiredState,
  to: DesiredState,
  own: Pick<PlanFacts, 'environmentKeys' | 'backendKeys'>,
): ServerPlan['environment'] {
  const values = (fleet: Fleet, state: DesiredState) => {
    const backend = fleet.backends.find((b) => b.serverId === serverId);
    const entry = state.environment.find((e) => e.backendId === backend?.id);
    if (entry === undefined) return new Map<string, string | null>();
    const ownKeys = [...own.environmentKeys, ...(own.backendKeys?.get(entry.backendId) ?? [])];
    const generated = [...databaseEnvironmentKeys, ...redisEnvironmentKeys].flatMap(
      (key): [string, string | null][] => {
        const value = entry.generated[key];
        return value === undefined || ownKeys.includes(key)
          ? []
          : [[key, value instanceof Secret ? null : value]];
      },
    );
    return new Map([...ownKeys.map((key): [string, null] => [key, null]), ...generated]);
  };
  const [old, next] = [values(before, from), values(after, to)];
  return [
    ...[...next].flatMap(([key, value]): ServerPlan['environment'] => {
      if (!old.has(key)) return [{ key, change: 'add', value }];
      return old.get(key) === value ? [] : [{ key, change: 'change', value }];
    }),
    ...[...old.keys()]
      .filter((key) => !next.has(key))
      .map((key) => ({ key, change: 'remove' as const, value: null })),
  ];
}
