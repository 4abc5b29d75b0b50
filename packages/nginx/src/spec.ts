/**
 * What the renderer turns into text. Every value is parsed before it gets here; the renderer quotes nothing by hand and refuses nothing late.
 */
import { z } from 'zod';
import { canonicalAddress, isLoopback, isUnicastAddress } from './address.ts';
import { canaryCookieSchema, canaryPercentSchema } from './canary-settings.ts';
import { hasSticky } from './capabilities.ts';
import { grpcSchema } from './grpc-settings.ts';
import { hostnameSchema } from './hostname.ts';
import { httpSettingsSchema } from './http-settings.ts';

export { hostnameSchema };

/** A dotted IPv4 or a bare (unbracketed) IPv6 address that one machine can have; comes out in its one canonical spelling. */
export const ipAddressSchema = z
  .union([z.ipv4(), z.ipv6()])
  .overwrite(canonicalAddress)
  .refine(isUnicastAddress, 'must be the address of one machine')
  .brand<'IpAddress'>();
/** TCP port, 1…65535. */
export const portSchema = z.int().min(1).max(65535).brand<'Port'>();
/** What an app is called on hosts and in Nginx: `[a-z][a-z0-9-]{0,30}`. */
export const slugSchema = z
  .string()
  .regex(/^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/)
  .brand<'Slug'>();
/** An absolute path on a server, of safe characters, without `..`. */
export const absolutePathSchema = z
  .string()
  .max(512)
  .regex(/^\/[A-Za-z0-9._/-]*$/)
  .refine((path) => !path.split('/').includes('..'))
  .brand<'AbsolutePath'>();

export type Hostname = z.infer<typeof hostnameSchema>;
export type IpAddress = z.infer<typeof ipAddressSchema>;
export type Port = z.infer<typeof portSchema>;
export type Slug = z.infer<typeof slugSchema>;
export type AbsolutePath = z.infer<typeof absolutePathSchema>;

/** What the Nginx of one server can do; from the host program's facts. */
export const nginxCapabilitiesSchema = z.object({
  /** `[major, minor, patch]`. */
  version: z.tuple([z.int(), z.int(), z.int()]),
  /** Module names as `nginx -V` says them, e.g. `stream`, `http_v2`. */
  modules: z.array(z.string()),
  /** Whether the server's kernel has IPv6 (absent: yes). Without it a `listen [::]:80` keeps Nginx from starting. */
  ipv6: z.boolean().optional(),
  /** Whether the server's host program announces each reload by the file `nginxPaths.closing` (absent: no), see docs/adr/0004. */
  announcesReloads: z.boolean().optional(),
});
export type NginxCapabilities = z.infer<typeof nginxCapabilitiesSchema>;

export const balancingMethodSchema = z.enum([
  'round_robin',
  'least_conn',
  'ip_hash',
  'hash',
  'random',
  'sticky',
  'least_time',
]);
export type BalancingMethod = z.infer<typeof balancingMethodSchema>;

/** What `hash` shares requests out by: the address asked for with its query, or a request's field (lower case). */
export const hashKeySchema = z.string().regex(/^(?:uri|header:[a-z](?:[a-z0-9-]{0,62}[a-z0-9])?)$/);
/** Name of the cookie that `sticky` sets, as Nginx's `$cookie_name` can read it back. */
export const stickyCookieSchema = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);

/** Methods that choose a backend by a hash or by chance: Nginx refuses a `backup` server beside them, and `sticky` may be one of them. */
const METHODS_WITHOUT_BACKUP: readonly BalancingMethod[] = ['ip_hash', 'hash', 'random', 'sticky'];
/** Whether backends of this method may stand by as `backup`. @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html#backup */
export function allowsBackup(method: BalancingMethod): boolean {
  return !METHODS_WITHOUT_BACKUP.includes(method);
}

/** Parts of its weight that a backend which comes back is given one after another, in percent. */
export const slowStartPercents = [10, 25, 50, 100] as const;
const slowStartPercentSchema = z.literal(slowStartPercents);

/** Methods that tie visitors to backends by a hash: other weights would send many of them elsewhere. `sticky` is one before Nginx has its own. */
const HASHING_METHODS: readonly BalancingMethod[] = ['ip_hash', 'hash'];
/** Whether the weights of this method may change in steps without moving visitors who were there before. */
export function allowsSlowStart(method: BalancingMethod, capabilities: NginxCapabilities): boolean {
  return !HASHING_METHODS.includes(method) && (method !== 'sticky' || hasSticky(capabilities));
}

/** One `server` line of an upstream. */
export const upstreamServerSchema = z.object({
  address: ipAddressSchema,
  port: portSchema,
  /** `down`: kept in the file (so that `ip_hash` keeps its mapping), given no requests. */
  down: z.boolean().default(false),
  weight: z.int().min(1).max(1000).default(1),
  /** How much of its weight it is given while it comes back, in percent; 100: all of it. */
  slowStartPercent: slowStartPercentSchema.default(100),
  maxFails: z.int().min(0).max(1000).default(1),
  failTimeoutSeconds: z.int().min(1).max(3600).default(10),
  /** Connections at once, over all workers; 0: no limit. */
  maxConns: z.int().min(0).max(1_000_000).default(0),
  /** Given requests only while no other server answers. */
  backup: z.boolean().default(false),
  /** Given requests of visitors whom the sticky cookie ties to it, and no others. */
  drain: z.boolean().default(false),
});
export type UpstreamServer = z.infer<typeof upstreamServerSchema>;

/** Whether a field of answers is the one that tells browsers to insist on HTTPS. */
export function isHsts(name: string): boolean {
  return name.toLowerCase() === 'strict-transport-security';
}

function isUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** A name that visitors ask for. */
const frontNameSchema = z.union([ipAddressSchema, hostnameSchema]);

/** SHA-256 of a file, 64 hex digits. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** How a front speaks TLS. The certificate and its key lie at `certificatePath` and `certificateKeyPath`. */
export const frontTlsSchema = z
  .strictObject({
    listenPort: portSchema.prefault(443),
    /** SHA-256 of the certificate's file, 64 hex digits: another certificate is another front. */
    certificate: sha256Schema,
    /** Names that the certificate covers; an address is none that a handshake says. The front's other names are served without TLS. */
    names: z.array(hostnameSchema).min(1).max(100),
    /** Whoever comes without TLS is sent to the same address with it (308). */
    forceHttps: z.boolean().default(false),
    /** For how long browsers shall insist on HTTPS (RFC 6797); 0: they are not told to. */
    hstsSeconds: z.int().min(0).max(63_072_000).default(0),
    /** They shall insist for every name below too. */
    hstsSubdomains: z.boolean().default(false),
    /** The owner agrees to be in the browsers' own list (hstspreload.org). */
    hstsPreload: z.boolean().default(false),
    /** The handshake brings the word of the certificate's OCSP responder; for a certificate that names one. */
    stapling: z.boolean().default(false),
  })
  .refine(({ forceHttps, hstsSeconds }) => forceHttps || hstsSeconds === 0, {
    path: ['hstsSeconds'],
    message: 'must go with forced HTTPS',
  })
  .refine(({ hstsSeconds, hstsSubdomains }) => hstsSeconds > 0 || !hstsSubdomains, {
    path: ['hstsSubdomains'],
    message: 'must go with HSTS',
  })
  .refine(
    ({ hstsSeconds, hstsSubdomains, hstsPreload }) =>
      !hstsPreload || (hstsSubdomains && hstsSeconds >= 31_536_000),
    {
      path: ['hstsPreload'],
      message: 'must go with HSTS of a year or more, for every name below too',
    },
  );
export type FrontTls = z.infer<typeof frontTlsSchema>;

/** How a front asks its backends by TLS. Their authority's certificate lies at `certificatePath`. */
export const backendTlsSchema = z.strictObject({
  /** SHA-256 of the file of the one authority whose certificates are taken. */
  authority: sha256Schema,
  /** The name that the certificate of every backend has to be for, and that the handshake says. */
  name: hostnameSchema,
  /** Where every backend takes calls of gRPC by TLS; absent where there are none. */
  grpcPort: portSchema.optional(),
});
export type BackendTls = z.infer<typeof backendTlsSchema>;

/** A new release on some of the backends, and who is led to them. */
export const frontCanarySchema = z
  .strictObject({
    percent: canaryPercentSchema,
    cookie: canaryCookieSchema,
    /** The deployment's number, so that the next canary meets other visitors; 0 where nobody is led to it by a share. */
    salt: z.int().min(0),
    servers: z
      .array(upstreamServerSchema)
      .min(1)
      .max(10_000)
      .refine((servers) => servers.some(({ down }) => !down), 'must hold one that is up')
      .refine((servers) => !servers.some(({ backup, drain }) => backup || drain), 'must hold no backup'),
  })
  .refine(({ percent, salt }) => (percent === 0) === (salt === 0), {
    path: ['salt'],
    message: 'must go with a share',
  });
export type FrontCanary = z.infer<typeof frontCanarySchema>;

/** The app's front on the balancer: one upstream and the server blocks of its names. */
export const frontSpecSchema = z
  .object({
    kind: z.literal('front'),
    app: slugSchema,
    generation: z.int().min(1),
    /** `server_name`; an IP address is allowed where an app has no domain yet. Each name once. */
    names: z.array(frontNameSchema).min(1).max(100).refine(isUnique, 'must name each name once'),
    listenPort: portSchema,
    /** Absent: the front speaks no TLS. */
    tls: frontTlsSchema.optional(),
    /** Absent: backends are asked by plain HTTP. */
    backendTls: backendTlsSchema.optional(),
    /** Visitors get a page that says so, and no backend a request. */
    maintenance: z.boolean().default(false),
    method: balancingMethodSchema,
    /** Given with `hash` alone. */
    hashKey: hashKeySchema.optional(),
    /** Given with `sticky` alone. */
    stickyCookie: stickyCookieSchema.optional(),
    http: httpSettingsSchema.prefault({}),
    /** Only servers that should be in the file, each once. With none, or all of them down, the front answers 503 by itself. */
    servers: z
      .array(upstreamServerSchema)
      .max(10_000)
      .refine(
        (servers) => isUnique(servers.map(({ address, port }) => `${address} ${port}`)),
        'must name each server once',
      ),
    /** Absent: all servers have one release. */
    canary: frontCanarySchema.optional(),
  })
  .refine(
    ({ canary, servers }) => canary === undefined || servers.some(({ down, backup }) => !down && !backup),
    {
      path: ['servers'],
      message: 'must hold one that is up beside a canary',
    },
  )
  .refine(
    ({ canary, servers }) =>
      isUnique([...servers, ...(canary?.servers ?? [])].map(({ address, port }) => `${address} ${port}`)),
    { path: ['canary', 'servers'], message: 'must name each server once' },
  )
  .refine(({ canary, stickyCookie }) => canary === undefined || canary.cookie !== stickyCookie, {
    path: ['canary', 'cookie'],
    message: 'must be another cookie than the one that keeps visitors at their backend',
  })
  .refine(
    ({ method, canary }) =>
      !HASHING_METHODS.includes(method) ||
      (canary?.servers ?? []).every(({ slowStartPercent }) => slowStartPercent === 100),
    { path: ['canary', 'servers'], message: 'must not hold one in its slow start beside this method' },
  )
  .refine(
    ({ listenPort, tls, servers }) =>
      !servers.some(
        ({ address, port }) => (port === listenPort || port === tls?.listenPort) && isLoopback(address),
      ),
    { path: ['servers'], message: 'must not hold the balancer’s own front' },
  )
  .refine(
    ({ backendTls, http, servers }) =>
      (backendTls?.grpcPort !== undefined) ===
      (backendTls !== undefined && http.grpc.length > 0 && servers.length > 0),
    { path: ['backendTls', 'grpcPort'], message: 'must go with services of gRPC over servers' },
  )
  .refine(({ tls, listenPort }) => tls?.listenPort !== listenPort, {
    path: ['tls', 'listenPort'],
    message: 'must be another port than the one without TLS',
  })
  .refine(
    ({ tls, names }) => tls === undefined || tls.names.every((name: string, index) => names[index] === name),
    {
      path: ['tls', 'names'],
      message: 'must be the first of the front’s names',
    },
  )
  .refine(({ tls, http }) => !tls?.forceHttps || !http.responseHeaders.some(({ name }) => isHsts(name)), {
    path: ['http', 'responseHeaders'],
    message: 'must not set Strict-Transport-Security beside forced HTTPS, which has a setting for it',
  })
  .refine(({ method, hashKey }) => (method === 'hash') === (hashKey !== undefined), {
    path: ['hashKey'],
    message: 'must be given with the method hash, and with no other',
  })
  .refine(({ method, stickyCookie }) => (method === 'sticky') === (stickyCookie !== undefined), {
    path: ['stickyCookie'],
    message: 'must be given with the method sticky, and with no other',
  })
  .refine(({ app, http }) => http.routes.every((route) => route.app !== app), {
    path: ['http', 'routes'],
    message: 'must lead to other apps',
  })
  .refine(({ method, servers }) => allowsBackup(method) || !servers.some(({ backup }) => backup), {
    path: ['servers'],
    message: 'must not hold a backup beside this method',
  })
  .refine(({ method, servers }) => method === 'sticky' || !servers.some(({ drain }) => drain), {
    path: ['servers'],
    message: 'must not hold one that drains beside this method',
  })
  .refine(({ servers }) => !servers.some(({ drain, down }) => drain && down), {
    path: ['servers'],
    message: 'must not hold one that drains and is down',
  })
  .refine(
    ({ servers }) => !servers.some(({ drain }) => drain) || servers.some((one) => !one.drain && !one.down),
    { path: ['servers'], message: 'must hold one for new visitors' },
  )
  .refine(
    ({ method, servers }) =>
      !HASHING_METHODS.includes(method) || servers.every(({ slowStartPercent }) => slowStartPercent === 100),
    { path: ['servers'], message: 'must not hold one in its slow start beside this method' },
  )
  .refine(({ servers }) => servers.length === 0 || servers.some(({ backup }) => !backup), {
    path: ['servers'],
    message: 'must hold one that is no backup',
  });
export type FrontSpec = z.infer<typeof frontSpecSchema>;

const socketPathSchema = absolutePathSchema.refine(
  (path) => path.startsWith('/run/') && path.endsWith('.sock'),
  'must be a socket below /run',
);

/** What one backend's local Nginx hands requests to; `node` is a process that listens on a port, whatever it is written in. Roots lie under `/srv/fairlead/<app>/`, sockets under `/run/` and end in `.sock`. */
export const backendTargetSchema = z.discriminatedUnion('runtime', [
  z.object({ runtime: z.literal('node'), port: portSchema }),
  z.object({ runtime: z.literal('php'), root: absolutePathSchema, socket: socketPathSchema }),
  z.object({ runtime: z.literal('static'), root: absolutePathSchema }),
]);
export type BackendTarget = z.infer<typeof backendTargetSchema>;

/** What a backend does otherwise than {@link usualLimits}: each is given only where it differs, so that one file has one spec. */
export const backendLimitsSchema = z.strictObject({
  maxBodyBytes: z.int().min(1024).optional(),
  sendSeconds: z.int().min(1).max(86_400).optional(),
  readSeconds: z.int().min(1).max(86_400).optional(),
  buffering: z.literal(false).optional(),
});
export type BackendLimits = z.infer<typeof backendLimitsSchema>;

/** The limits of a backend of which nothing else is said. It gives up on the app 5 s before the front gives up on it, so that nobody asks twice. */
export const usualLimits = {
  maxBodyBytes: 64 * 1024 ** 2,
  sendSeconds: 60,
  readSeconds: 60,
  buffering: true,
} as const;

/** Of some limits those that are not the usual ones; undefined for none. */
export function unusualLimits(
  limits: {
    [Name in keyof BackendLimits]: BackendLimits[Name] | true;
  },
): BackendLimits | undefined {
  const known = usualLimits as Record<string, unknown>;
  const rest = Object.entries(limits).filter(([name, value]) => value !== undefined && value !== known[name]);
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

/** How long a backend waits for the app, and how it hands answers on. */
export interface BackendPatience {
  sendSeconds: number;
  readSeconds: number;
  buffering: boolean;
}

/** The local Nginx in front of the app on one backend. */
export const backendSpecSchema = z
  .object({
    kind: z.literal('backend'),
    app: slugSchema,
    generation: z.int().min(1),
    listenAddress: ipAddressSchema,
    listenPort: portSchema,
    /** Listened on too, while the port changes; absent where there is none. */
    alsoListenPorts: z.array(portSchema).min(1).max(16).optional(),
    /** Absent: it speaks no TLS. The certificate and its key lie at `backendCertificatePath` and `backendCertificateKeyPath`. */
    tls: z
      .strictObject({
        /** SHA-256 of the certificate's file. */
        certificate: sha256Schema,
        /** Those of its ports that speak TLS; the others do not. */
        ports: z.array(portSchema).min(1).max(17),
      })
      .optional(),
    /** Who may ask beside the machine itself, and whose word about the client is taken (`set_real_ip_from`). Each once. */
    balancerAddresses: z
      .array(ipAddressSchema)
      .min(1)
      .max(16)
      .refine(isUnique, 'must name each address once'),
    target: backendTargetSchema,
    /** Paths of gRPC services that come by plain HTTP, as the front's; absent where there are none. By TLS they come to `backendGrpcSpecSchema`'s file. */
    grpc: grpcSchema.min(1).optional(),
    /** Limits that the front has its own of too; absent where none is unusual. */
    limits: backendLimitsSchema.optional(),
  })
  .refine(({ app, target }) => target.runtime === 'node' || target.root.startsWith(`/srv/fairlead/${app}/`), {
    path: ['target', 'root'],
    message: 'must lie in the app’s own directory',
  })
  .refine(({ grpc, target }) => grpc === undefined || target.runtime === 'node', {
    path: ['grpc'],
    message: 'must be of a Node.js app',
  })
  .refine(({ listenPort, alsoListenPorts = [] }) => isUnique([listenPort, ...alsoListenPorts].map(String)), {
    path: ['alsoListenPorts'],
    message: 'must name each port once',
  })
  .refine(
    ({ listenPort, alsoListenPorts = [], tls }) => {
      const listened: number[] = [listenPort, ...alsoListenPorts];
      return tls === undefined || tls.ports.every((port) => listened.includes(port));
    },
    { path: ['tls', 'ports'], message: 'must be among the ports that it listens on' },
  )
  .refine(({ tls }) => isUnique((tls?.ports ?? []).map(String)), {
    path: ['tls', 'ports'],
    message: 'must name each port once',
  })
  .refine(
    ({ listenAddress, listenPort, alsoListenPorts = [], target }) =>
      target.runtime !== 'node' ||
      ![listenPort, ...alsoListenPorts].includes(target.port) ||
      listenAddress !== '127.0.0.1',
    { path: ['target', 'port'], message: 'must not be the port that the site itself listens on' },
  );
export type BackendSpec = z.infer<typeof backendSpecSchema>;
