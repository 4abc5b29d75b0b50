import { AppError, type Secret } from '@fairlead/errors';
import type { BackendGrpcSpec, BackendSpec, FrontSpec, StreamSpec } from '@fairlead/nginx';
import { serverLoopback } from './app/runtimes.ts';
import { doorOf, doorsOf } from './backend/ways.ts';
import { type DatabaseLogin, databaseLogins } from './database/logins.ts';
import { type DatabaseEngine, databaseEnvironment, databasePorts } from './desired-database.ts';
import type { DesiredApp, DesiredBackend, DesiredLoadBalancer, DesiredServer } from './desired-input.ts';
import { addressesOf, addressFrom } from './desired-network.ts';
import { backendGrpcSpec, backendSpec, frontSpec, isParted, type UpstreamPlace } from './desired-nginx.ts';
import { sidePorts, streamSpec } from './desired-streams.ts';
import { hostedEnvironment } from './hosted-database/environment.ts';
import { redisEnvironment } from './redis/environment.ts';
import { type RedisPolicy, redisPort, redisUsers } from './redis/settings.ts';

export type { DesiredApp, DesiredBackend, DesiredLoadBalancer, DesiredServer } from './desired-input.ts';

export type InUpstream = 'up' | 'down' | 'absent';

export interface DesiredBackendState {
  backendId: string;
  serverId: string;
  /** false: nothing of the app may stay on this server. */
  present: boolean;
  inUpstream: InUpstream;
  address: string;
  port: number;
  role: 'primary' | 'replica';
  /** null while it is not present or (node) before its first colour runs. */
  spec: BackendSpec | null;
  /** Where it takes calls of gRPC by TLS beside; null: no file. */
  grpc: BackendGrpcSpec | null;
}

export interface DesiredFirewall {
  serverId: string;
  /** Complete for this app on this server; `[]` takes every rule away. */
  rules: { purpose: 'backend' | 'database' | 'redis' | 'stream'; port: number; sources: string[] }[];
}

export interface DesiredDatabase {
  serverId: string;
  engine: DatabaseEngine;
  database: string;
  /** Who owns it. */
  user: string;
  /** Who signs in: the one that backends are told, and the one before while they go over to it. */
  logins: DatabaseLogin[];
  /** The address that the engine listens on beside 127.0.0.1; null: local alone. */
  listenAddress: string | null;
  /** Complete set of remote addresses that may sign in. */
  addresses: string[];
}

/** The app's own Redis on its primary. */
export interface DesiredRedis {
  serverId: string;
  port: number;
  user: string;
  /** All that may sign in: `user`, and while backends go over to it the one before. */
  users: string[];
  memoryMib: number;
  policy: RedisPolicy;
  /** Beside 127.0.0.1. */
  listenAddress: string;
  /** Complete set of remote addresses that the firewall lets in. */
  addresses: string[];
  /** Backends are told of it no more. */
  leaving: boolean;
}

export interface DesiredFront {
  serverId: string;
  spec: FrontSpec;
  /** The app’s TCP streams beside it; null: no file. */
  streams: StreamSpec | null;
}

export interface DesiredState {
  /** Where visitors come in: the balancer first, then its successor while the balancer moves; none once the app is being removed. */
  fronts: DesiredFront[];
  backends: DesiredBackendState[];
  firewall: DesiredFirewall[];
  database: DesiredDatabase | null;
  redis: DesiredRedis | null;
  environment: { backendId: string; generated: Record<string, string | Secret> }[];
}

export interface DesiredOptions {
  /** The database's password for `environment`; without it `DB_PASSWORD` and `DATABASE_URL` are left out. */
  databasePassword?: Secret | null;
  /** Likewise of its Redis: without it `REDIS_PASSWORD` and `REDIS_URL` are left out. */
  redisPassword?: Secret | null;
  /** Which enabled backends the upstream may hold yet. The plan lets all in; the worker passes {@link isProven}. */
  admit?: (backend: DesiredBackend) => boolean;
  /**
   * Keep firewall rules, grants and environment of backends that are on their way out (out of the upstream all the same): the middle of an operation,
   * after which the final state is applied without it.
   */
  keepRetiring?: boolean;
  /** Ports of streams on their way out: open until nothing leads to them any more. */
  keepStreamPorts?: readonly number[];
}

/** A release ran on it and was found healthy: it may be given requests. */
export function isProven(backend: DesiredBackend): boolean {
  return (
    backend.releaseId !== null && ['active', 'draining', 'disabled', 'deploying'].includes(backend.state)
  );
}

/**
 * What should be where, from rows alone: read by the plan that a person sees and by the worker that applies it. Pure; the same rows in any order give
 * the same answer.
 * @throws AppError `conflict` when a server that takes part has no known IP address yet
 */
export function desiredState(
  app: DesiredApp,
  loadBalancer: DesiredLoadBalancer,
  backends: readonly DesiredBackend[],
  servers: readonly DesiredServer[],
  options: DesiredOptions = {},
): DesiredState {
  const byId = new Map(servers.map((server) => [server.id, server]));
  const serverOf = (id: string): DesiredServer => {
    const server = byId.get(id);
    if (server === undefined)
      throw new AppError('internal', 'A server of this app is missing.', { details: { serverId: id } });
    return server;
  };
  const admit = options.admit ?? (() => true);
  const { balancerServerId, successorServerId } = loadBalancer;
  const serving = [balancerServerId, successorServerId].filter((id) => id !== null).map(serverOf);
  const balancerAddresses = [
    ...new Set(balancerServerIds(loadBalancer).flatMap((id) => addressesOf(serverOf(id)))),
  ].sort();
  const sorted = [...backends].sort(primaryFirst);
  const present = (backend: DesiredBackend) => isWanted(app, loadBalancer, backend);
  const kept = (backend: DesiredBackend) =>
    present(backend) || (options.keepRetiring === true && !app.removing);

  const states = sorted.map((backend): DesiredBackendState => {
    const isPresent = present(backend);
    const spec = isPresent ? backendSpec(app, loadBalancer, backend, balancerAddresses) : null;
    return {
      backendId: backend.id,
      serverId: backend.serverId,
      present: isPresent,
      inUpstream: !isPresent ? 'absent' : upstreamState(loadBalancer, backend, admit),
      address: backend.address,
      port: doorOf(app, loadBalancer, backend).port,
      role: backend.role === 'primary' ? 'primary' : 'replica',
      spec,
      grpc: spec === null ? null : backendGrpcSpec(app, loadBalancer, spec),
    };
  });

  const places = states.map((state, index) => ({ ...(sorted[index] as DesiredBackend), ...state }));
  const remote = sorted.filter((backend) => kept(backend) && backend.serverId !== app.primaryServerId);
  const reach = reachOf(
    serverOf(app.primaryServerId),
    remote.map(({ serverId, address }) => ({ server: serverOf(serverId), address })),
  );
  const database = desiredDatabase(app, reach);
  const redis = desiredRedis(app, reach);
  const firewall = desiredFirewall(
    app,
    loadBalancer,
    sorted,
    sorted.filter(kept),
    balancerAddresses,
    [database, redis],
    [...new Set([...sidePorts(app, loadBalancer), ...(options.keepStreamPorts ?? [])])],
  );
  const streams = streamSpec(app, loadBalancer, pastCanary(loadBalancer, places));
  const environment = sorted.filter(kept).map((backend) => ({
    backendId: backend.id,
    generated: {
      ...(database === null
        ? hostedOf(app, options.databasePassword ?? null)
        : databaseEnvironment(
            database,
            hostFor(app, backend, database),
            options.databasePassword ?? null,
            app.runtime,
          )),
      ...(redis === null || redis.leaving
        ? {}
        : redisEnvironment(redis, hostFor(app, backend, redis), options.redisPassword ?? null)),
    },
  }));
  return {
    fronts: app.removing
      ? []
      : serving.map((server) => ({
          serverId: server.id,
          spec: frontSpec(app, loadBalancer, places, addressesOf(server)),
          streams,
        })),
    backends: states,
    firewall,
    database,
    redis,
    environment,
  };
}

/** Places as TCP streams see them: nobody who comes by one has a cookie, so all of them are led past a canary. */
function pastCanary<Place extends UpstreamPlace>(
  loadBalancer: DesiredLoadBalancer,
  places: readonly Place[],
): Place[] {
  if (!isParted(loadBalancer, places)) return [...places];
  return places.map((place) =>
    place.canary === true && place.inUpstream === 'up' ? { ...place, inUpstream: 'down' } : place,
  );
}

/** Where a backend reaches what runs on the primary. */
function hostFor(
  { runtime }: Pick<DesiredApp, 'runtime'>,
  backend: DesiredBackend,
  place: { serverId: string; listenAddress: string | null },
): string {
  const loopback = serverLoopback(runtime);
  return backend.serverId === place.serverId ? loopback : (place.listenAddress ?? loopback);
}

/** Servers whose Nginx may ask the backends: the balancer first, then its successor and the one before it. */
export function balancerServerIds({
  balancerServerId,
  successorServerId,
  formerServerId,
}: Pick<DesiredLoadBalancer, 'balancerServerId' | 'successorServerId' | 'formerServerId'>): string[] {
  return [balancerServerId, successorServerId, formerServerId].filter((id) => id !== null);
}

/** Whether the app belongs on this backend's server at all. Without load balancing that is the primary alone. */
function isWanted(app: DesiredApp, loadBalancer: DesiredLoadBalancer, backend: DesiredBackend): boolean {
  if (app.removing || backend.desired === 'removed') return false;
  return loadBalancer.enabled || backend.role === 'primary';
}

/** A backend's place in the desired upstream, without asking whether it is proven. */
export function inUpstreamOf(
  app: DesiredApp,
  loadBalancer: DesiredLoadBalancer,
  backend: DesiredBackend,
): InUpstream {
  return isWanted(app, loadBalancer, backend) ? upstreamState(loadBalancer, backend, () => true) : 'absent';
}

function upstreamState(
  loadBalancer: DesiredLoadBalancer,
  backend: DesiredBackend,
  admit: (backend: DesiredBackend) => boolean,
): InUpstream {
  if (!admit(backend)) return 'absent';
  if (!loadBalancer.enabled) return 'up';
  return backend.desired === 'enabled' && (backend.heldBack ?? null) === null ? 'up' : 'down';
}

function hostedOf(app: DesiredApp, password: Secret | null): Record<string, string | Secret> {
  const hosted = app.databaseEngine === 'none' ? (app.hostedDatabase ?? null) : null;
  return hosted === null ? {} : hostedEnvironment(hosted, app, password);
}

/** How backends elsewhere come to what the primary keeps for all of them. */
interface Reach {
  serverId: string;
  listenAddress(): string;
  addresses(): string[];
}

function reachOf(
  primary: DesiredServer,
  remote: readonly { server: DesiredServer; address: string }[],
): Reach {
  // A backend that is known by its public address shares no private network, whatever addresses there are: that was measured when it joined.
  const isPrivate =
    primary.privateAddress !== null &&
    remote.every(({ server, address }) => server.privateAddress !== null && address !== server.ipAddress);
  return {
    serverId: primary.id,
    // Listened to from the first deployment on, before anybody uses the app: widening later would restart the engine under traffic.
    listenAddress: () => addressFrom(primary, isPrivate),
    addresses: () => [...new Set(remote.map(({ server }) => addressFrom(server, isPrivate)))].sort(),
  };
}

function desiredRedis(app: DesiredApp, reach: Reach): DesiredRedis | null {
  const redis = app.redis ?? null;
  if (app.removing || redis === null) return null;
  const { memoryMib, policy, leaving } = redis;
  const users = redisUsers(app.slug, redis);
  return {
    serverId: reach.serverId,
    port: redisPort(app),
    user: users[0] ?? '',
    users,
    policy: policy as RedisPolicy,
    ...{ memoryMib, leaving },
    listenAddress: reach.listenAddress(),
    addresses: reach.addresses(),
  };
}

function desiredDatabase(app: DesiredApp, reach: Reach): DesiredDatabase | null {
  if (app.removing || app.databaseEngine === 'none') return null;
  if (app.databaseName === null || app.databaseUser === null) {
    throw new AppError('internal', 'This app has a database engine but no database name.');
  }
  return {
    serverId: reach.serverId,
    engine: app.databaseEngine as DatabaseEngine,
    database: app.databaseName,
    user: app.databaseUser,
    logins: databaseLogins(app, app.databaseEngine as DatabaseEngine, app.databaseUser),
    listenAddress: reach.listenAddress(),
    addresses: reach.addresses(),
  };
}

function desiredFirewall(
  app: DesiredApp,
  loadBalancer: DesiredLoadBalancer,
  all: readonly DesiredBackend[],
  kept: readonly DesiredBackend[],
  balancerAddresses: string[],
  [database, redis]: [DesiredDatabase | null, DesiredRedis | null],
  streamPorts: readonly number[],
): DesiredFirewall[] {
  const serverIds = [
    ...new Set([app.primaryServerId, ...balancerServerIds(loadBalancer), ...all.map((b) => b.serverId)]),
  ].sort();
  return serverIds.map((serverId) => {
    const rules: DesiredFirewall['rules'] = [];
    for (const backend of kept.filter((candidate) => candidate.serverId === serverId)) {
      for (const { port } of doorsOf(app, loadBalancer, backend))
        rules.push({ purpose: 'backend', port, sources: balancerAddresses });
      for (const port of streamPorts) rules.push({ purpose: 'stream', port, sources: balancerAddresses });
    }
    // Without sources the rule only guards the port: nobody from outside.
    if (database?.serverId === serverId) {
      rules.push({ purpose: 'database', port: databasePorts[database.engine], sources: database.addresses });
    }
    if (redis?.serverId === serverId) {
      rules.push({ purpose: 'redis', port: redis.port, sources: redis.addresses });
    }
    return { serverId, rules };
  });
}

function primaryFirst(a: DesiredBackend, b: DesiredBackend): number {
  if (a.role !== b.role) return a.role === 'primary' ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
