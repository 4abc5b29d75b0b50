import { isIP } from 'node:net';
import fc from 'fast-check';
import {
  allowsBackup,
  type BackendGrpcSpec,
  type BackendSpec,
  type BackendTarget,
  backendGrpcSpecSchema,
  backendSpecSchema,
  balancingMethodSchema,
  type FrontSpec,
  frontSpecSchema,
  hostnameSchema,
  type IpAddress,
  ipAddressSchema,
  type NginxCapabilities,
  slowStartPercents,
  type UpstreamServer,
  unusualLimits,
  usualLimits,
} from '../src/index.ts';
import { httpSettings } from './http-arbitraries.ts';

export const slugs = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/);
export const ports = fc.integer({ min: 1, max: 65_535 });
const generations = fc.integer({ min: 1, max: 2 ** 31 });

export const addresses: fc.Arbitrary<IpAddress> = fc
  .oneof(fc.ipV4(), fc.ipV6())
  .map((text) => ipAddressSchema.safeParse(text).data)
  .filter((address) => address !== undefined);

const labels = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
export const hostnames = fc
  .array(labels, { minLength: 1, maxLength: 6 })
  .map((parts) => hostnameSchema.safeParse(parts.join('.')).data)
  .filter((name) => name !== undefined);

const servers = fc.record({
  address: addresses,
  port: ports,
  down: fc.boolean(),
  weight: fc.integer({ min: 1, max: 1000 }),
  maxFails: fc.integer({ min: 0, max: 1000 }),
  failTimeoutSeconds: fc.integer({ min: 1, max: 3600 }),
  maxConns: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000_000 })),
  backup: fc.boolean(),
  /** Needs an Nginx of its own too, see {@link drainingSpecs}. */
  drain: fc.constant(false),
  slowStartPercent: fc.constantFrom(100, 100, 100, ...slowStartPercents),
}) as fc.Arbitrary<UpstreamServer>;

/** `least_time` needs an Nginx that no machine of the lab has. */
const methods = balancingMethodSchema.options.filter((method) => method !== 'least_time');
const hashKeys = fc.oneof(
  fc.constant('uri'),
  fc.stringMatching(/^header:[a-z](?:[a-z0-9-]{0,20}[a-z0-9])?$/),
);
const stickyCookies = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);

type Tls = typeof tls extends fc.Arbitrary<infer T> ? T : never;
/** Of the names how many have TLS, and how; with HSTS where it may be. */
const tls = fc.record({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  listenPort: ports,
  certificate: fc.stringMatching(/^[0-9a-f]{64}$/),
  forceHttps: fc.boolean(),
  hstsSeconds: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 63_072_000 })),
  hstsSubdomains: fc.boolean(),
  hstsPreload: fc.boolean(),
  stapling: fc.boolean(),
});

/** Names of hosts go first, as they alone can have TLS; undefined where there are none. */
function tlsOf(names: readonly string[], given: Tls) {
  const { share, ...settings } = given;
  const hstsSeconds = settings.forceHttps ? settings.hstsSeconds : 0;
  const hstsSubdomains = hstsSeconds > 0 && settings.hstsSubdomains;
  const hstsPreload = hstsSubdomains && hstsSeconds >= 31_536_000 && settings.hstsPreload;
  const hosts = names.filter((name) => isIP(name) === 0);
  if (hosts.length === 0) return {};
  const covered = hosts.slice(0, Math.max(1, Math.ceil(share * hosts.length)));
  return {
    names: [...covered, ...names.filter((name) => !covered.includes(name))],
    tls: { ...settings, hstsSeconds, hstsSubdomains, hstsPreload, names: covered },
  };
}

const sha256s = fc.stringMatching(/^[0-9a-f]{64}$/);
const backendTls = fc.record({ authority: sha256s, name: hostnames, grpcPort: ports });

/** Calls of gRPC have a port where there are any. */
function backendTlsOf(
  { http, servers }: { http: { grpc: readonly string[] }; servers: readonly object[] },
  { grpcPort, ...tls }: typeof backendTls extends fc.Arbitrary<infer T> ? T : never,
) {
  return http.grpc.length > 0 && servers.length > 0 ? { ...tls, grpcPort } : tls;
}

/** On how many of the servers, from the end, a canary is, and how it is reached; none where too few are left. */
const canaries = fc.record({
  count: fc.integer({ min: 1, max: 4 }),
  percent: fc.integer({ min: 0, max: 50 }),
  cookie: fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/),
  number: fc.integer({ min: 1, max: 100_000 }),
});

function withCanary<Spec extends { servers: readonly UpstreamServer[]; stickyCookie?: string }>(
  spec: Spec,
  given: typeof canaries extends fc.Arbitrary<infer T> ? T : never,
) {
  const { count, percent, cookie, number } = given;
  const servers = spec.servers.slice(0, -count);
  const chosen = spec.servers.slice(-count).map((each) => ({ ...each, backup: false, drain: false }));
  const isSplit =
    servers.some(({ down, backup }) => !down && !backup) &&
    chosen.some(({ down }) => !down) &&
    cookie !== spec.stickyCookie;
  if (!isSplit) return spec;
  return { ...spec, servers, canary: { percent, cookie, salt: percent === 0 ? 0 : number, servers: chosen } };
}

export const frontSpecs: fc.Arbitrary<FrontSpec> = fc
  .record({
    kind: fc.constant('front'),
    app: slugs,
    generation: generations,
    names: fc.uniqueArray(fc.oneof(hostnames, addresses), { minLength: 1, maxLength: 12 }),
    listenPort: ports,
    maintenance: fc.boolean(),
    method: fc.constantFrom(...methods),
    servers: fc.uniqueArray(servers, {
      maxLength: 12,
      selector: ({ address, port }) => `${address} ${port}`,
    }),
    hashKey: hashKeys,
    stickyCookie: stickyCookies,
    http: httpSettings,
    tls: fc.option(tls, { nil: undefined, freq: 1 }),
    backendTls: fc.option(backendTls, { nil: undefined, freq: 1 }),
    canary: fc.option(canaries, { nil: undefined, freq: 1 }),
  })
  .map(({ hashKey, stickyCookie, tls, backendTls, canary, ...spec }) => {
    const isBackupAllowed = allowsBackup(spec.method) && spec.servers.some(({ backup }) => !backup);
    const whole = {
      ...spec,
      ...(tls === undefined ? {} : tlsOf(spec.names, tls)),
      ...(backendTls === undefined ? {} : { backendTls: backendTlsOf(spec, backendTls) }),
      // Nobody serves at all then: the page says that.
      maintenance: spec.maintenance && spec.servers.some(({ down }) => !down),
      ...(spec.method === 'hash' ? { hashKey } : {}),
      ...(spec.method === 'sticky' ? { stickyCookie } : {}),
      servers: spec.servers.map((server) => ({
        ...server,
        backup: isBackupAllowed && server.backup,
        // Beside a hash there is none: each unit of weight is 160 points of it.
        ...(['ip_hash', 'hash', 'sticky'].includes(spec.method) ? { slowStartPercent: 100 as const } : {}),
      })),
    };
    return frontSpecSchema.safeParse(canary === undefined ? whole : withCanary(whole, canary)).data;
  })
  .filter((spec) => spec !== undefined);

/** Fronts of which some backends drain, for an Nginx from 1.29.6 on. */
export const drainingSpecs: fc.Arbitrary<FrontSpec> = fc
  .tuple(frontSpecs, stickyCookies, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }))
  .map(([{ hashKey: _, ...spec }, stickyCookie, draining]) => {
    const servers = spec.servers.map((server, index) => ({
      ...server,
      backup: false,
      drain: !server.down && draining[index] === true,
    }));
    return frontSpecSchema.safeParse({ ...spec, method: 'sticky', stickyCookie, servers }).data;
  })
  .filter((spec) => spec?.servers.some(({ drain }) => drain) === true) as fc.Arbitrary<FrontSpec>;

const segments = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,20}$/);

function targets(app: string): fc.Arbitrary<BackendTarget> {
  const root = fc
    .array(segments, { minLength: 1, maxLength: 4 })
    .map((below) => `/srv/fairlead/${app}/${below.join('/')}`);
  const socket = segments.map((name) => `/run/php/${name}.sock`);
  return fc.oneof(
    fc.record({ runtime: fc.constant('node'), port: ports }),
    fc.record({ runtime: fc.constant('php'), root, socket }),
    fc.record({ runtime: fc.constant('static'), root }),
  ) as fc.Arbitrary<BackendTarget>;
}

const unusual = (seconds: number) =>
  fc.option(
    fc.integer({ min: 1, max: 86_400 }).filter((n) => n !== seconds),
    { nil: undefined },
  );
/** What differs from what a backend does by itself; of files alone, the body's limit. */
const limits = fc.record({
  maxBodyBytes: fc.option(
    fc.integer({ min: 1024, max: 2 ** 40 }).filter((n) => n !== usualLimits.maxBodyBytes),
    { nil: undefined },
  ),
  sendSeconds: unusual(usualLimits.sendSeconds),
  readSeconds: unusual(usualLimits.readSeconds),
  buffering: fc.constantFrom(false as const, undefined),
});

export const backendSpecs: fc.Arbitrary<BackendSpec> = slugs
  .chain((app) =>
    fc.record({
      kind: fc.constant('backend'),
      app: fc.constant(app),
      generation: generations,
      listenAddress: addresses,
      listenPort: ports,
      alsoListenPorts: fc.option(fc.uniqueArray(ports, { minLength: 1, maxLength: 3 }), { nil: undefined }),
      tls: fc.option(fc.record({ certificate: sha256s, both: fc.boolean() }), { nil: undefined }),
      balancerAddresses: fc.uniqueArray(addresses, { minLength: 1, maxLength: 16 }),
      target: targets(app),
      grpc: fc.option(fc.constantFrom(['/shop.Orders/'], ['/a/', '/b.C/']), { nil: undefined, freq: 1 }),
      limits,
    }),
  )
  .map(({ limits, alsoListenPorts, tls, grpc, ...rest }) => {
    const ports = [rest.listenPort, ...(tls?.both === true ? (alsoListenPorts ?? []) : [])];
    const spec = {
      ...rest,
      ...(alsoListenPorts === undefined ? {} : { alsoListenPorts }),
      ...(grpc === undefined || rest.target.runtime !== 'node' ? {} : { grpc }),
      ...(tls === undefined ? {} : { tls: { certificate: tls.certificate, ports } }),
    };
    const { maxBodyBytes } = limits;
    const stated = unusualLimits(spec.target.runtime === 'static' ? { maxBodyBytes } : limits);
    return stated === undefined ? spec : { ...spec, limits: stated };
  })
  .map((spec) => backendSpecSchema.safeParse(spec).data)
  .filter((spec) => spec !== undefined);

export const backendGrpcSpecs: fc.Arbitrary<BackendGrpcSpec> = fc
  .record({
    kind: fc.constant('grpc'),
    app: slugs,
    generation: generations,
    listenAddress: addresses,
    listenPort: ports,
    certificate: sha256s,
    balancerAddresses: fc.uniqueArray(addresses, { minLength: 1, maxLength: 16 }),
    processPort: ports,
    idleSeconds: fc.integer({ min: 1, max: 90_000 }),
  })
  .map((spec) => backendGrpcSpecSchema.safeParse(spec).data)
  .filter((spec) => spec !== undefined);

export const capabilities: fc.Arbitrary<NginxCapabilities> = fc.record({
  version: fc.constantFrom<NginxCapabilities['version']>([1, 22, 1], [1, 26, 3], [1, 30, 6]),
  modules: fc.constantFrom(['http_realip', 'http_ssl'], ['http_realip', 'http_ssl', 'http_v2']),
  ipv6: fc.constantFrom(undefined, true, false),
  announcesReloads: fc.boolean(),
});

/** Arguments full of what means something to Nginx's lexer, more often than chance would bring it. */
export const words = fc
  .array(
    fc.oneof(fc.constantFrom(...'\\"\'{};#$ \t\r\nrtn()~.'), fc.string({ unit: 'grapheme', maxLength: 3 })),
  )
  .map((parts) => parts.join(''))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what the serialiser refuses
  .filter((text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text));
