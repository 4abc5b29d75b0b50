import { z } from '@hono/zod-openapi';
import { appSchema } from './app.ts';
import { operationSchema } from './operation.ts';
import { serverSchema } from './server.ts';
import { idSchema, instantSchema, pageOf } from './shared.ts';

export const roleSchema = z.enum(['owner', 'admin', 'deployer', 'viewer']);
export const scopeSchema = z.enum(['read', 'write']);

export const setupStatusSchema = z.object({ open: z.boolean() }).openapi('SetupStatus');
export type SetupStatus = z.infer<typeof setupStatusSchema>;

export const setupClaimedSchema = z
  .object({ userId: idSchema, organizationId: idSchema })
  .openapi('SetupClaimed');
export type SetupClaimed = z.infer<typeof setupClaimedSchema>;

export const meSchema = z
  .object({
    user: z.object({ id: idSchema, name: z.string(), email: z.string() }),
    organization: z.object({ id: idSchema, name: z.string(), slug: z.string() }),
    role: roleSchema,
    scopes: z.array(scopeSchema),
    /** Names of everything that this caller may do, e.g. `load-balancer.enable`. */
    can: z.array(z.string()),
    version: z.string(),
  })
  .openapi('Me');
export type Me = z.infer<typeof meSchema>;

export const tokenSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    /** The first characters, to recognise it by. */
    prefix: z.string(),
    scopes: z.array(scopeSchema),
    expiresAt: instantSchema.nullable(),
    lastUsedAt: instantSchema.nullable(),
    createdAt: instantSchema,
  })
  .openapi('Token');
export type Token = z.infer<typeof tokenSchema>;
export const tokenListSchema = z.object({ items: z.array(tokenSchema) }).openapi('TokenList');
/** `secret` is answered this once. */
export const createdTokenSchema = tokenSchema.extend({ secret: z.string() }).openapi('CreatedToken');
export type CreatedToken = z.infer<typeof createdTokenSchema>;

export const auditEntrySchema = z
  .object({
    id: idSchema,
    actorId: idSchema.nullable(),
    actorName: z.string(),
    action: z.string(),
    subjectType: z.string(),
    subjectId: z.string(),
    subjectName: z.string(),
    operationId: idSchema.nullable(),
    details: z.record(z.string(), z.unknown()).nullable(),
    createdAt: instantSchema,
  })
  .openapi('AuditEntry');
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export const auditPageSchema = pageOf(auditEntrySchema).openapi('AuditPage');

export const overviewSchema = z
  .object({
    apps: z.array(appSchema),
    servers: z.array(serverSchema.omit({ facts: true, checks: true, apps: true })),
    /** Queued and running, newest first. */
    running: z.array(operationSchema),
    /** What failed in the last seven days and was not followed by a success on the same app or server. */
    failed: z.array(operationSchema),
    backends: z.object({ enabled: z.int(), healthy: z.int(), unhealthy: z.int() }),
    gettingStarted: z.array(
      z.object({
        key: z.enum(['add-server', 'prepare-server', 'create-app', 'deploy-app', 'enable-load-balancer']),
        title: z.string(),
        done: z.boolean(),
      }),
    ),
  })
  .openapi('Overview');
export type Overview = z.infer<typeof overviewSchema>;

/** Liveness of the control plane itself. */
export const controlPlaneHealthSchema = z
  .object({
    ok: z.boolean(),
    version: z.string(),
    database: z.boolean(),
    /** A worker renewed the poller's lease a moment ago. */
    worker: z.boolean(),
  })
  .openapi('ControlPlaneHealth');
export type ControlPlaneHealth = z.infer<typeof controlPlaneHealthSchema>;
