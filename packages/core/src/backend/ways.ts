import { AppError } from '@fairlead/errors';
import { hasProcess } from '../app/runtimes.ts';
import { type BackendTlsSettings, backendTlsOf } from '../load-balancer/backend-tls-of.ts';
import { httpOf } from '../load-balancer/http-of.ts';
import { type BackendPorts, listenPorts, servedPort } from './ports.ts';

/** How a balancer asks its backends. */
export type Way = 'plain' | 'tls';

/**
 * What `LoadBalancer.backendWay` holds: the way by which the front asks, and after a `+` the other one where backends are open for that too, before the
 * front turns to it or after it has left it.
 */
export const backendWays = ['plain', 'plain+tls', 'tls+plain', 'tls'] as const;
export type BackendWay = (typeof backendWays)[number];

/** The columns of a load balancer that say how its backends are asked. */
export interface WayColumns {
  backendTls?: unknown;
  /** Absent: `plain`. */
  backendWay?: string;
}

/** A port that a backend listens on. */
export interface BackendDoor {
  port: number;
  isTls: boolean;
}

/** Where backends listen by TLS, if nothing else is said: between the ports of apps and those of their processes. */
const firstTlsPort = 25_000;
/** Where they take calls of gRPC by TLS: below the ports of apps. */
const firstGrpcPort = 15_000;

/** Ways that backends of a load balancer are open for, the front's first. @throws AppError `internal` for a row that was written past the table */
export function openWays({ backendWay = 'plain' }: WayColumns): [Way, ...Way[]] {
  if ((backendWays as readonly string[]).includes(backendWay))
    return backendWay.split('+') as [Way, ...Way[]];
  throw new AppError('internal', `A load balancer asks its backends by “${backendWay}”.`);
}

/** Whether backends take calls of gRPC by TLS, from the front already or for it to come. */
export function takesGrpcByTls(
  { runtime }: { runtime: string },
  loadBalancer: WayColumns & { http: unknown },
): boolean {
  return speaksTls(loadBalancer) && hasProcess(runtime) && httpOf(loadBalancer).grpc.length > 0;
}

/** The way by which the front asks. */
export function servedWay(loadBalancer: WayColumns): Way {
  return openWays(loadBalancer)[0];
}

/** The way by which the front is to ask. */
export function wantedWay(loadBalancer: WayColumns): Way {
  return backendTlsOf(loadBalancer).enabled ? 'tls' : 'plain';
}

/** Whether nothing is left to do: the front asks by the way that is wanted, and backends are open for no other. */
export function isWaySettled(loadBalancer: WayColumns): boolean {
  return (loadBalancer.backendWay ?? 'plain') === wantedWay(loadBalancer);
}

/** Whether backends speak TLS, to the front already or for it to come. */
export function speaksTls(loadBalancer: WayColumns): boolean {
  return openWays(loadBalancer).includes('tls');
}

/** The column of a load balancer that is to ask by another way: both are open until the front has turned. */
export function towards(loadBalancer: WayColumns, wanted: Way): BackendWay {
  const served = servedWay(loadBalancer);
  return served === wanted
    ? ((loadBalancer.backendWay ?? 'plain') as BackendWay)
    : (`${served}+${wanted}` as BackendWay);
}

/** Where an app's backends listen by TLS, all of them on the same port. */
export function tlsPort({ slot }: { slot: number }, { port }: Pick<BackendTlsSettings, 'port'>): number {
  return port ?? firstTlsPort + slot;
}

/** Where an app's backends take calls of gRPC by TLS, all of them on the same port: 15000 + slot. */
export function grpcPort({ slot }: { slot: number }): number {
  return firstGrpcPort + slot;
}

/** Where an app's backends listen by TLS, or are to; of calls of gRPC too, whether there are any yet or not. */
export function tlsPorts(app: { slot: number }, loadBalancer: WayColumns | null): number[] {
  if (loadBalancer === null) return [];
  const settings = backendTlsOf(loadBalancer);
  return settings.enabled || speaksTls(loadBalancer) ? [tlsPort(app, settings), grpcPort(app)] : [];
}

/** Where a backend is asked, or would be by the other way. */
export function doorOf(
  app: { port: number; slot: number },
  loadBalancer: WayColumns,
  backend: BackendPorts,
  way: Way = servedWay(loadBalancer),
): BackendDoor {
  return way === 'tls'
    ? { port: tlsPort(app, backendTlsOf(loadBalancer)), isTls: true }
    : { port: servedPort(app, backend), isTls: false };
}

/** Where a backend listens and lets its balancers in: where it is asked first, then what is not closed yet or not asked yet. */
export function doorsOf(
  app: { port: number; slot: number },
  loadBalancer: WayColumns,
  backend: BackendPorts,
): BackendDoor[] {
  return openWays(loadBalancer).flatMap((way) =>
    way === 'tls'
      ? [doorOf(app, loadBalancer, backend, 'tls')]
      : listenPorts(app, backend).map((port) => ({ port, isTls: false })),
  );
}

/** The name that certificates of an app's backends are for; of a domain that nobody else can have. */
export function backendName(slug: string): string {
  return `${slug}.backend.fairlead.internal`;
}
