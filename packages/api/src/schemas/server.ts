import { z } from '@hono/zod-openapi';
import { operationSchema } from './operation.ts';
import { idSchema, instantSchema } from './shared.ts';

/** One line of the connection check; `fix` is what a person can do about a failure. */
export const serverCheckSchema = z
  .object({
    key: z.enum(['dns', 'tcp', 'host-key', 'authentication', 'sudo', 'system', 'facts']),
    title: z.string(),
    status: z.enum(['pending', 'running', 'passed', 'failed', 'skipped']),
    detail: z.string().nullable(),
    fix: z.string().nullable(),
  })
  .openapi('ServerCheck');
export type ServerCheck = z.infer<typeof serverCheckSchema>;

/** What the server said of itself; sizes in bytes. */
export const serverFactsSchema = z
  .object({
    hostVersion: z.string(),
    hostname: z.string(),
    os: z.object({ id: z.string(), versionId: z.string(), codename: z.string(), prettyName: z.string() }),
    kernel: z.string(),
    architecture: z.string(),
    cores: z.int(),
    memoryBytes: z.int(),
    diskTotalBytes: z.int(),
    diskFreeBytes: z.int(),
    uptimeSeconds: z.int(),
    addresses: z.array(
      z.object({ address: z.string(), family: z.enum(['ipv4', 'ipv6']), interface: z.string() }),
    ),
    nginx: z.object({ version: z.string(), modules: z.array(z.string()), running: z.boolean() }).nullable(),
    postgresql: z
      .object({ version: z.string(), maxConnections: z.int().nullable(), tls: z.boolean().nullish() })
      .nullable(),
    mariadb: z
      .object({ version: z.string(), maxConnections: z.int().nullable(), tls: z.boolean().nullish() })
      .nullable(),
    redis: z.string().nullable().optional(),
    node: z.string().nullable(),
    php: z.string().nullable(),
    python: z.string().nullable().optional(),
    /** Podman's version, for apps of `docker`. */
    docker: z.string().nullable().optional(),
    firewall: z.enum(['ufw', 'nftables']),
  })
  .openapi('ServerFacts');
export type ServerFacts = z.infer<typeof serverFactsSchema>;

export const serverSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    address: z.string(),
    port: z.int(),
    user: z.string(),
    privateAddress: z.string().nullable(),
    /** What `address` resolved to at the last check. */
    ipAddress: z.string().nullable(),
    jumpServerId: idSchema.nullable(),
    jumpServerName: z.string().nullable(),
    status: z.enum([
      'new',
      'checking',
      'unconfirmed',
      'reachable',
      'preparing',
      'ready',
      'unreachable',
      'host_key_changed',
      'failed',
    ]),
    hostKeyFingerprint: z.string().nullable(),
    /** Seen at the last check and not pinned: show it, let the person confirm it. */
    offeredFingerprint: z.string().nullable(),
    checks: z.array(serverCheckSchema),
    facts: serverFactsSchema.nullable(),
    hostVersion: z.string().nullable(),
    preparedAt: instantSchema.nullable(),
    lastSeenAt: instantSchema.nullable(),
    createdAt: instantSchema,
    updatedAt: instantSchema,
    /** What runs here: `primary`, `backend`, `balancer`, `database` of which app. */
    apps: z.array(
      z.object({
        id: idSchema,
        name: z.string(),
        roles: z.array(z.enum(['primary', 'backend', 'balancer', 'database'])),
        /** Differences that somebody made here to what the app needs, and that stand. */
        changesByHand: z.int(),
      }),
    ),
    /** Queued or running on this server itself. */
    activeOperation: operationSchema.nullable(),
  })
  .openapi('Server');
export type Server = z.infer<typeof serverSchema>;

export const serverListSchema = z.object({ items: z.array(serverSchema) }).openapi('ServerList');

export const sshKeySchema = z
  .object({
    publicKey: z.string(),
    fingerprint: z.string(),
    /** One line to paste on a server, as the user that Fairlead signs in with. */
    authorizeLine: z.string(),
  })
  .openapi('SshKey');
export type SshKey = z.infer<typeof sshKeySchema>;
