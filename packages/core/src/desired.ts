import { AppError, type Secret } from '@fairlead/errors';
import type { BackendGrpcSpec, BackendSpec, FrontSpec, StreamSpec } from '@fairlead/nginx';
import { doorOf } from './backend/ways.ts';
import { type DesiredFirewall, desiredFirewall } from './desired-firewall.ts';
import type { DesiredApp, DesiredBackend, DesiredLoadBalancer, DesiredServer } from './desired-input.ts';
import { addressesOf, balancerServerIds } from './desired-network.ts';
import { backendGrpcSpec, backendSpec, frontSpec, isParted, type UpstreamPlace } from './desired-nginx.ts';
import {
  type DesiredDatabase,
  type DesiredRedis,
  dataEnvironment,
  desiredDatabase,
  desiredRedis,
  reachOf,
} from './desired-primary.ts';
import { sidePorts, streamSpec } from './desired-streams.ts';

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
    generated: dataEnvironment(app, backend, { database, redis }, options),
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

function primaryFirst(a: DesiredBackend, b: DesiredBackend): number {
  if (a.role !== b.role) return a.role === 'primary' ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
