import { z } from 'zod';
import { isLoopback } from './address.ts';
import { canaryCookieSchema, canaryPercentSchema } from './canary-settings.ts';
import { httpSettingsSchema } from './http-settings.ts';
import {
  allowsBackup,
  balancingMethodSchema,
  hashKeySchema,
  hostnameSchema,
  ipAddressSchema,
  isHashing,
  isUnique,
  portSchema,
  sha256Schema,
  slugSchema,
  stickyCookieSchema,
  upstreamServerSchema,
} from './spec.ts';

/** Whether a field of answers is the one that tells browsers to insist on HTTPS. */
export function isHsts(name: string): boolean {
  return name.toLowerCase() === 'strict-transport-security';
}

/** A name that visitors ask for. */
const frontNameSchema = z.union([ipAddressSchema, hostnameSchema]);

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
      !isHashing(method) || (canary?.servers ?? []).every(({ slowStartPercent }) => slowStartPercent === 100),
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
      !isHashing(method) || servers.every(({ slowStartPercent }) => slowStartPercent === 100),
    { path: ['servers'], message: 'must not hold one in its slow start beside this method' },
  )
  .refine(({ servers }) => servers.length === 0 || servers.some(({ backup }) => !backup), {
    path: ['servers'],
    message: 'must hold one that is no backup',
  });
export type FrontSpec = z.infer<typeof frontSpecSchema>;
