import { methods } from '@fairlead/core';
import { httpSettingsSchema, streamSettingsSchema } from '@fairlead/core/schemas';
import { z } from '@hono/zod-openapi';
import { backendTlsSchema, tlsSchema } from './certificate.ts';
import { operationSchema } from './operation.ts';
import { idSchema, instantSchema } from './shared.ts';

export const methodSchema = z.enum(methods);
export const healthStateSchema = z.enum(['unknown', 'healthy', 'unhealthy', 'deploying']);

export const backendSchema = z
  .object({
    id: idSchema,
    appId: idSchema,
    server: z.object({ id: idSchema, name: z.string(), address: z.string(), status: z.string() }),
    role: z.enum(['primary', 'replica']),
    desired: z.enum(['enabled', 'disabled', 'removed']),
    state: z.enum([
      'pending',
      'preparing',
      'deploying',
      'active',
      'draining',
      'disabled',
      'removing',
      'failed',
    ]),
    /** As the balancer and the database know it. */
    address: z.string(),
    /** Where the balancer sends requests to. */
    port: z.int(),
    /** A port of its own; null: the app’s. */
    ownPort: z.int().nullable(),
    /** In the desired upstream: given requests, kept without requests, or not there. */
    inUpstream: z.enum(['up', 'down', 'absent']),
    weight: z.int(),
    maxFails: z.int(),
    failTimeoutSeconds: z.int(),
    /** 0: no limit. */
    maxConns: z.int(),
    backup: z.boolean(),
    /** Keeps the visitors whom the sticky cookie ties to it, and gets no others. */
    drain: z.boolean(),
    /** Enabled, and given nothing: its server was away when the release that the others serve came (`behind`), or it switches (`switching`). */
    heldBack: z.enum(['behind', 'switching']).nullable(),
    /** How much of its weight it is given while it comes back, in percent, and when it has all of it. */
    slowStart: z.object({ percent: z.int(), endsAt: instantSchema }).nullable(),
    colour: z.enum(['blue', 'green']).nullable(),
    releaseId: idSchema.nullable(),
    commit: z.string().nullable(),
    health: healthStateSchema,
    /** In words, e.g. "Connection refused". */
    healthReason: z.string().nullable(),
    healthLatencyMs: z.number().nullable(),
    /** HTTP status of the last check. */
    healthStatus: z.int().nullable(),
    /** Times that its process was started again by itself since the release that it serves came; null: not known, or it has none. */
    restarts: z.int().nullable(),
    /** Memory that its processes take. */
    memoryMib: z.int().nullable(),
    healthCheckedAt: instantSchema.nullable(),
    healthChangedAt: instantSchema.nullable(),
    createdAt: instantSchema,
  })
  .openapi('Backend');
export type Backend = z.infer<typeof backendSchema>;

const serverSchema = z.object({ id: idSchema, name: z.string(), address: z.string() });

export const loadBalancerSchema = z
  .object({
    id: idSchema,
    appId: idSchema,
    enabled: z.boolean(),
    /** Visitors get a page that says so. */
    maintenance: z.boolean(),
    status: z.enum(['off', 'enabling', 'on', 'applying', 'disabling', 'failed']),
    method: methodSchema,
    /** What `hash` goes by: `uri` or `header:<field>`. */
    hashKey: z.string(),
    /** The cookie that `sticky` sets. */
    stickyCookie: z.string(),
    /** Over how long a backend that comes back climbs to its weight; 0: at once. */
    slowStartSeconds: z.int(),
    /** Why backends can’t come back by steps with this method, if they can’t. */
    slowStartRefusal: z.string().nullable(),
    /** What the front does with requests. */
    http: httpSettingsSchema,
    /** When the list of the trusted proxy’s networks was read last, and why it was not taken, if it was not. */
    networkList: z.object({ checkedAt: instantSchema.nullable(), fault: z.string().nullable() }).nullable(),
    /** TCP ports that it shares out beside HTTP; with server names, TLS that is passed through. */
    streams: z.array(streamSettingsSchema),
    /** Why this balancer can have no streams now; null where it can. */
    streamsRefusal: z.string().nullable(),
    /** How the front speaks TLS. */
    tls: tlsSchema,
    backendTls: backendTlsSchema,
    /** Other apps of this balancer, which routes may lead to. */
    routeTargets: z.array(z.object({ slug: z.string(), name: z.string() })),
    /** Every method, and why this balancer can’t use it now; null where it can. */
    methods: z.array(z.object({ method: methodSchema, refusal: z.string().nullable() })),
    balancerServer: serverSchema,
    /** Set while the balancer moves to another server, or is being taken out of service on one. */
    move: z
      .object({
        /** Serves beside the balancer, and is to take its place; null once it has. */
        successor: serverSchema.extend({ observedGeneration: z.int().nullable() }).nullable(),
        /** Has to be taken out of service still. */
        former: serverSchema.nullable(),
      })
      .nullable(),
    acknowledgedChecks: z.array(z.string()),
    /** Desired. */
    generation: z.int(),
    /** What the balancer verifiably serves; 0 before the first deployment. */
    observedGeneration: z.int(),
    observedHash: z.string().nullable(),
    observedAt: instantSchema.nullable(),
    /** The primary first. */
    backends: z.array(backendSchema),
    healthyBackends: z.int(),
    enabledBackends: z.int(),
    activeOperation: operationSchema.nullable(),
  })
  .openapi('LoadBalancer');
export type LoadBalancer = z.infer<typeof loadBalancerSchema>;

export const networkListSchema = z.object({ networks: z.array(z.string()) }).openapi('NetworkList');
export type NetworkList = z.infer<typeof networkListSchema>;

const evidenceSchema = z.object({
  /** A file of the repository, with a line where one place tells. */
  path: z.string().nullable(),
  line: z.int().nullable(),
  /** Of the environment; its value is never answered. */
  variable: z.string().nullable(),
  /** What is seen there. */
  text: z.string(),
});

export const checklistSchema = z
  .object({
    items: z.array(
      z.object({
        key: z.string(),
        title: z.string(),
        why: z.string(),
        /** `unknown`: the repository and the environment do not tell. */
        status: z.enum(['ok', 'problem', 'unknown']),
        /** What was found, in one sentence. */
        text: z.string(),
        evidence: z.array(evidenceSchema),
        /** How to fix it with the app's framework; `code` is what to paste, if anything. None where the status is `ok`. */
        fixes: z.array(z.object({ title: z.string(), text: z.string(), code: z.string().nullable() })),
        /** Whether enabling asks for this key among `acknowledged`. */
        needsAcknowledgement: z.boolean(),
        acknowledged: z.boolean(),
      }),
    ),
    scan: z.object({
      /** The head of the app's branch; null where it could not be read, for which `fault` says why. */
      commit: z.string().nullable(),
      checkedAt: instantSchema,
      framework: z.string().nullable(),
      /** How many files were read. */
      files: z.int(),
      fault: z.string().nullable(),
    }),
  })
  .openapi('Checklist');
export type Checklist = z.infer<typeof checklistSchema>;

export const planSchema = z
  .object({
    generation: z.int(),
    servers: z.array(
      z.object({
        serverId: idSchema,
        name: z.string(),
        files: z.array(
          z.object({
            path: z.string(),
            before: z.string().nullable(),
            after: z.string().nullable(),
            /** Unified diff. */
            diff: z.string(),
          }),
        ),
        firewall: z.array(
          z.object({
            change: z.enum(['add', 'remove']),
            port: z.int(),
            source: z.string(),
            purpose: z.enum(['backend', 'database', 'redis', 'stream']),
          }),
        ),
        grants: z.array(
          z.object({
            change: z.enum(['add', 'remove']),
            user: z.string(),
            database: z.string(),
            address: z.string(),
          }),
        ),
        environment: z.array(
          z.object({
            key: z.string(),
            change: z.enum(['add', 'change', 'remove']),
            /** null: a secret. */
            value: z.string().nullable(),
          }),
        ),
        /** The commit that is built and started here. */
        deploys: z.string().nullable(),
        prepares: z.boolean(),
        /** Nginx reloads here, once. */
        reload: z.boolean(),
        /** Services that restart here. */
        restarts: z.array(z.string()),
        /** Workers and cron entries that start, change or end here. */
        processes: z
          .array(
            z.object({
              change: z.enum(['add', 'change', 'remove']),
              kind: z.enum(['worker', 'timer']),
              name: z.string(),
              count: z.int().nullable(),
            }),
          )
          .optional(),
      }),
    ),
    notes: z.array(z.object({ level: z.enum(['info', 'warning']), text: z.string() })),
  })
  .openapi('Plan');
export type Plan = z.infer<typeof planSchema>;

export const configSummarySchema = z
  .object({
    generation: z.int(),
    server: z.object({ id: idSchema, name: z.string() }),
    sha256: z.string(),
    /** What brought it, and who asked for that. */
    operation: z.object({ id: idSchema, title: z.string(), actorName: z.string() }).nullable(),
    appliedAt: instantSchema,
    /** What the balancer serves now. */
    current: z.boolean(),
  })
  .openapi('ConfigSummary');
export type ConfigSummary = z.infer<typeof configSummarySchema>;
export const configListSchema = z.object({ items: z.array(configSummarySchema) }).openapi('ConfigList');
export const configSchema = configSummarySchema
  .extend({
    path: z.string(),
    content: z.string(),
    /** Unified diff from generation `against` to this one. */
    diff: z.string(),
    against: z.int().nullable(),
    /** The generation that was applied before it. */
    previousGeneration: z.int().nullable(),
    /** The file of TCP streams that was applied with it; null where neither side of the diff has one. */
    streams: z.object({ path: z.string(), content: z.string().nullable(), diff: z.string() }).nullable(),
  })
  .openapi('Config');
export type Config = z.infer<typeof configSchema>;
