import { createHash } from 'node:crypto';
import {
  allowsBackup,
  type BackendGrpcSpec,
  type BackendSpec,
  backendGrpcSpecSchema,
  backendSpecSchema,
  type FrontSpec,
  frontSpecSchema,
  type HttpSettings,
  isHashing,
  unusualLimits,
} from '@fairlead/nginx';
import { backendName, doorsOf, grpcPort, openWays, servedWay, takesGrpcByTls } from './backend/ways.ts';
import { frontCanaryOf } from './canary/settings.ts';
import { partNames } from './certificate/covers.ts';
import type { DesiredApp, DesiredBackend, DesiredLoadBalancer } from './desired-input.ts';
import { httpOf } from './load-balancer/http-of.ts';
import { tlsOf } from './load-balancer/tls-of.ts';

/** Where visitors come in. */
export const frontPort = 80;
export const frontTlsPort = 443;

/** Ports of the balancer that an app's HTTP front listens on. TCP streams may have any other. */
export function frontPorts(loadBalancer: { tls?: unknown }): number[] {
  return tlsOf(loadBalancer).mode === 'off' ? [frontPort] : [frontPort, frontTlsPort];
}

export type Colour = 'blue' | 'green';

/** The local port of one colour of a Node.js app: 30000 + 2·slot, + 1 for green. */
export function colourPort(slot: number, colour: Colour): number {
  return 30_000 + 2 * slot + (colour === 'green' ? 1 : 0);
}

/** Where the app's PHP pool listens on each backend. */
export function phpSocket(slug: string): string {
  return `/run/php/fairlead-${slug}.sock`;
}

/** What PHP and static apps serve files from: below the release that `current` names. */
export function documentRootPath(slug: string, documentRoot: string | null): string {
  const below =
    documentRoot === null || documentRoot === '' || documentRoot === '.' ? '' : `/${documentRoot}`;
  return `/srv/fairlead/${slug}/current${below}`;
}

/** One backend's place in the upstream, and its parameters there. */
export interface UpstreamPlace
  extends Pick<
    DesiredBackend,
    | 'address'
    | 'weight'
    | 'maxFails'
    | 'failTimeoutSeconds'
    | 'maxConns'
    | 'backup'
    | 'drain'
    | 'slowStartPercent'
  > {
  inUpstream: 'up' | 'down' | 'absent';
  port: number;
  canary?: boolean | undefined;
}

/** Whether a canary and the others each have somebody who is given requests: else there are no sides, and all are one. */
export function isParted(
  loadBalancer: Pick<DesiredLoadBalancer, 'canary'>,
  places: readonly UpstreamPlace[],
): boolean {
  const isUp = ({ inUpstream }: UpstreamPlace) => inUpstream === 'up';
  return (
    frontCanaryOf(loadBalancer) !== null &&
    places.some((place) => place.canary === true && isUp(place)) &&
    places.some((place) => place.canary !== true && isUp(place) && !place.backup)
  );
}

/**
 * The app's front: `servers` in the order primary first, then by id, so that `ip_hash` keeps its mapping. A front with no server that is up answers 503
 * by itself. Off, the primary alone takes all: its share and limits count once there are others. Where only backups are left they are no backups,
 * and where all drain, none does.
 */
export function frontSpec(
  app: DesiredApp,
  loadBalancer: DesiredLoadBalancer,
  backends: readonly UpstreamPlace[],
  balancerAddresses: readonly string[],
): FrontSpec {
  const { enabled, hashKey, stickyCookie } = loadBalancer;
  const method = (enabled ? loadBalancer.method : 'round_robin') as FrontSpec['method'];
  const all = backends.filter((backend) => backend.inUpstream !== 'absent');
  const canary = enabled && isParted(loadBalancer, all) ? frontCanaryOf(loadBalancer) : null;
  const places = canary === null ? all : all.filter((place) => place.canary !== true);
  const mayStandBy = allowsBackup(method) && places.some(({ backup }) => !backup);
  const isOpen = ({ inUpstream, drain }: UpstreamPlace) => inUpstream === 'up' && !drain;
  const mayDrain = method === 'sticky' && places.some(isOpen);
  const named = app.domains.length > 0 ? app.domains : balancerAddresses;
  const { tls, names } = tlsOfFront(loadBalancer, named);
  return frontSpecSchema.parse({
    kind: 'front',
    app: app.slug,
    generation: Math.max(1, loadBalancer.generation),
    names,
    listenPort: frontPort,
    ...(tls === undefined ? {} : { tls }),
    ...backendTlsOfFront(app, loadBalancer, places.length > 0),
    maintenance: loadBalancer.maintenance,
    method,
    ...(method === 'hash' ? { hashKey } : {}),
    ...(method === 'sticky' ? { stickyCookie } : {}),
    http: httpOf(loadBalancer),
    servers: places.map((place) => line(place, { mayStandBy, mayDrain })),
    ...(canary === null
      ? {}
      : {
          canary: {
            percent: canary.percent,
            cookie: canary.cookie,
            salt: canary.percent === 0 ? 0 : canary.number,
            servers: all
              .filter((place) => place.canary === true)
              .map((place) => line(place, { mayStandBy: false, mayDrain: false })),
          },
        }),
  });

  function line(
    { address, port, inUpstream, ...options }: UpstreamPlace,
    may: { mayStandBy: boolean; mayDrain: boolean },
  ) {
    const { weight, maxFails, failTimeoutSeconds, maxConns, backup, slowStartPercent } = options;
    const shared = { weight, maxFails, failTimeoutSeconds, maxConns, backup: backup && may.mayStandBy };
    const isHashed = isHashing(method);
    return {
      address,
      port,
      down: inUpstream === 'down',
      drain: may.mayDrain && inUpstream === 'up' && options.drain,
      ...(enabled ? { ...shared, ...(isHashed ? {} : { slowStartPercent }) } : {}),
    };
  }
}

/** Stands in a plan for a certificate that is issued with the change itself. */
export const notIssued = '0'.repeat(64);

function backendTlsOfFront(app: DesiredApp, loadBalancer: DesiredLoadBalancer, hasServers: boolean) {
  if (servedWay(loadBalancer) === 'plain') return {};
  const authority = loadBalancer.backendCertificates?.authority.sha256 ?? notIssued;
  const isGrpc = hasServers && httpOf(loadBalancer).grpc.length > 0;
  return {
    backendTls: { authority, name: backendName(app.slug), ...(isGrpc ? { grpcPort: grpcPort(app) } : {}) },
  };
}

/** TLS for those names that the certificate covers, which then come first; none without a certificate, or for none of the names. */
function tlsOfFront(loadBalancer: DesiredLoadBalancer, names: readonly string[]) {
  const { mode, ...settings } = tlsOf(loadBalancer);
  const { certificate } = loadBalancer;
  if (mode === 'off' || certificate == null) return { tls: undefined, names };
  const { covered, others } = partNames(certificate.names, names);
  if (covered.length === 0) return { tls: undefined, names };
  const { sha256, ocspUrl } = certificate;
  const stapling = ocspUrl !== null;
  return {
    tls: { ...settings, listenPort: frontTlsPort, certificate: sha256, names: covered, stapling },
    names: [...covered, ...others],
  };
}

/**
 * The local Nginx before the app on one backend; null for a Node.js backend of which no colour runs.
 * During a deployment pass the colour that has just proved healthy.
 */
export function backendSpec(
  app: DesiredApp,
  loadBalancer: Pick<
    DesiredLoadBalancer,
    'generation' | 'http' | 'backendTls' | 'backendWay' | 'backendCertificates'
  >,
  backend: Pick<DesiredBackend, 'id' | 'address' | 'colour' | 'port' | 'openPorts'>,
  balancerAddresses: readonly string[],
): BackendSpec | null {
  const target = backendTarget(app, backend.colour);
  if (target === null) return null;
  const http = httpOf(loadBalancer);
  const doors = doorsOf(app, loadBalancer, backend);
  const [listenPort, ...alsoListenPorts] = doors.map(({ port }) => port);
  const issued = loadBalancer.backendCertificates?.backends.find(({ backendId }) => backendId === backend.id);
  const tls = {
    certificate: issued?.sha256 ?? notIssued,
    ports: doors.filter(({ isTls }) => isTls).map(({ port }) => port),
  };
  return backendSpecSchema.parse({
    kind: 'backend',
    app: app.slug,
    generation: Math.max(1, loadBalancer.generation),
    listenAddress: backend.address,
    listenPort,
    ...(alsoListenPorts.length === 0 ? {} : { alsoListenPorts }),
    ...(tls.ports.length === 0 ? {} : { tls }),
    balancerAddresses,
    target,
    ...(http.grpc.length > 0 && target.runtime === 'node' && openWays(loadBalancer).includes('plain')
      ? { grpc: http.grpc }
      : {}),
    limits: backendLimits(http, target.runtime),
  });
}

/** Where a backend takes calls of gRPC by TLS, beside its site; null where there are none. @param site what `backendSpec` gave */
export function backendGrpcSpec(
  app: DesiredApp,
  loadBalancer: Pick<DesiredLoadBalancer, 'http' | 'backendTls' | 'backendWay'>,
  { generation, listenAddress, balancerAddresses, target, tls }: BackendSpec,
): BackendGrpcSpec | null {
  if (target.runtime !== 'node' || tls === undefined || !takesGrpcByTls(app, loadBalancer)) return null;
  const { sendSeconds, readSeconds } = httpOf(loadBalancer).timeouts;
  return backendGrpcSpecSchema.parse({
    kind: 'grpc',
    app: app.slug,
    generation,
    listenAddress,
    listenPort: grpcPort(app),
    certificate: tls.certificate,
    balancerAddresses,
    processPort: target.port,
    // The front gives up first, and says so to whoever called.
    idleSeconds: Math.max(sendSeconds, readSeconds) + 10,
  });
}

/**
 * What of the front's settings a backend's own Nginx has to know, so that it is not the narrower of the two. It waits a little shorter for the app than the
 * front waits for it: an answer that comes too late is then the backend's 504, which the front does not ask another backend for.
 */
function backendLimits({ maxBodyBytes, timeouts, buffering }: HttpSettings, runtime: string) {
  if (runtime === 'static') return unusualLimits({ maxBodyBytes });
  const { sendSeconds, readSeconds: front } = timeouts;
  const readSeconds = Math.max(front - 5, Math.ceil(front * 0.9));
  return unusualLimits({ maxBodyBytes, sendSeconds, readSeconds, buffering });
}

function backendTarget(app: DesiredApp, colour: string | null) {
  const root = documentRootPath(app.slug, app.documentRoot);
  switch (app.runtime) {
    case 'node':
    case 'python':
    case 'docker':
      return colour === null ? null : { runtime: 'node', port: colourPort(app.slot, colour as Colour) };
    case 'php':
      return { runtime: 'php', root, socket: phpSocket(app.slug) };
    default:
      return { runtime: 'static', root };
  }
}

/**
 * SHA-256 of what a backend's files say without their generation, for `Backend.configHash`: a toggle raises the generation of the whole balancer, and a
 * backend whose files say the same need not be touched for it.
 */
export function backendSpecHash(spec: BackendSpec, grpc: BackendGrpcSpec | null): string {
  const { generation: _, ...site } = spec;
  const { generation: __, ...calls } = grpc ?? {};
  const said = grpc === null ? site : [site, calls];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}
