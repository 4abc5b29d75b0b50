/**
 * What specs are made of, which the renderer turns into text. Every value is parsed before it gets here; the renderer quotes nothing by hand and refuses nothing late.
 */
import { z } from 'zod';
import { canonicalAddress, isUnicastAddress } from './address.ts';
import { hasSticky } from './capabilities.ts';
import { hostnameSchema } from './hostname.ts';

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

/** Whether a method ties visitors to backends by a hash: other weights would send many of them elsewhere. `sticky` does before Nginx has its own. */
export function isHashing(method: BalancingMethod): boolean {
  return method === 'ip_hash' || method === 'hash';
}

/** Whether the weights of this method may change in steps without moving visitors who were there before. */
export function allowsSlowStart(method: BalancingMethod, capabilities: NginxCapabilities): boolean {
  return !isHashing(method) && (method !== 'sticky' || hasSticky(capabilities));
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

/** Whether no value stands there twice. */
export function isUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** SHA-256 of a file, 64 hex digits. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
