import { z } from '@hono/zod-openapi';
import { expirySchema } from './certificate.ts';
import { deploymentSchema } from './deployment.ts';
import { methodSchema } from './load-balancer.ts';
import { operationSchema } from './operation.ts';
import { idSchema, instantSchema } from './shared.ts';

export const runtimeSchema = z.enum(['node', 'php', 'python', 'static', 'docker']);
export const databaseEngineSchema = z.enum(['none', 'postgresql', 'mariadb']);

export const appSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    slug: z.string(),
    repositoryUrl: z.string(),
    branch: z.string(),
    runtime: runtimeSchema,
    installCommand: z.string().nullable(),
    buildCommand: z.string().nullable(),
    startCommand: z.string().nullable(),
    /** Once for each release on the primary, before a backend switches. */
    releaseCommand: z.string().nullable(),
    releaseCommandFailure: z.enum(['stop', 'go-on']),
    documentRoot: z.string().nullable(),
    /** The folder of the repository that is the app; null: all of it. */
    rootDirectory: z.string().nullable(),
    /** Of `docker`, within the folder: a Dockerfile or, by its ending .yml or .yaml, a compose file; null: Dockerfile. */
    containerFile: z.string().nullable(),
    /** The service of a compose file that answers requests; null: the only one that is built, of several the only one with ports. */
    containerService: z.string().nullable(),
    /** Where the app listens in its container; null: 8080. */
    containerPort: z.int().nullable(),
    submodules: z.boolean(),
    lfs: z.boolean(),
    /** Folders that outlive releases, on each backend for itself. */
    sharedFolders: z.array(z.string()),
    /** A build is made once and sent to all servers of its kind, or made on each. */
    buildOn: z.enum(['one', 'each']),
    /** Of Node.js or Python, e.g. `22` or `>=3.11`; null: whichever the server has. */
    runtimeVersion: z.string().nullable(),
    /** Where each backend listens for the balancer. */
    port: z.int(),
    domains: z.array(z.string()),
    /** Where visitors go: the first domain, else the balancer's address; null before that is known. */
    url: z.string().nullable(),
    /** What its front shows to visitors who come by TLS; null: TLS is off, or the certificate is not here yet. */
    certificate: z
      .object({ source: z.enum(['uploaded', 'acme']), notAfter: instantSchema, expiry: expirySchema })
      .nullable(),
    healthPath: z.string(),
    healthIntervalMs: z.int(),
    healthTimeoutMs: z.int(),
    /** How long a new process has until it answers healthy. */
    startTimeoutMs: z.int(),
    healthRise: z.int(),
    healthFall: z.int(),
    /** Limits of its processes on each backend; null: none. */
    memoryMib: z.int().nullable(),
    /** 100: one processor. */
    cpuPercent: z.int().nullable(),
    tasks: z.int().nullable(),
    /** How many backends switch at a time; 0: all. */
    rolloutBatch: z.int(),
    /** So many enabled backends stay healthy and untouched while others switch. */
    rolloutFloor: z.int(),
    rolloutRise: z.int(),
    /** A backend is taken out of the balancing while it switches. */
    rolloutDrain: z.boolean(),
    rolloutFailure: z.enum(['put-back', 'stop']),
    primaryServer: z.object({ id: idSchema, name: z.string(), address: z.string() }),
    database: z.object({
      engine: databaseEngineSchema,
      name: z.string().nullable(),
      user: z.string().nullable(),
      /** On the primary's loopback; other backends use the primary's address. */
      host: z.string().nullable(),
      port: z.int().nullable(),
      /** null: made with the app. */
      passwordSetAt: instantSchema.nullable(),
      /** Backends are going over to another password. */
      rotating: z.boolean(),
      /** Whoever comes by the network has to encrypt. */
      tls: z.boolean(),
      tlsAvailable: z.boolean().nullable(),
    }),
    status: z.enum(['new', 'deploying', 'live', 'failed', 'removing']),
    loadBalancer: z.object({
      enabled: z.boolean(),
      status: z.enum(['off', 'enabling', 'on', 'applying', 'disabling', 'failed']),
      method: methodSchema,
      generation: z.int(),
      observedGeneration: z.int(),
    }),
    /** Enabled backends and how many of them answer as they should. */
    backends: z.object({
      total: z.int(),
      enabled: z.int(),
      healthy: z.int(),
      unhealthy: z.int(),
      deploying: z.int(),
      unknown: z.int(),
    }),
    lastDeployment: deploymentSchema.omit({ releases: true, canary: true }).nullable(),
    /** Differences on its servers that somebody made and that stand. */
    changesByHand: z.int(),
    activeOperation: operationSchema.nullable(),
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .openapi('App');
export type App = z.infer<typeof appSchema>;
export const appListSchema = z.object({ items: z.array(appSchema) }).openapi('AppList');

/** Values never leave: only names, and when each was last set. */
export const environmentSchema = z
  .object({
    items: z.array(z.object({ key: z.string(), updatedAt: instantSchema })),
    /** What one backend alone is told; `overrides` where it takes the place of something that the others are told. */
    ofBackends: z.array(
      z.object({
        backendId: idSchema,
        server: z.string(),
        key: z.string(),
        updatedAt: instantSchema,
        overrides: z.boolean(),
      }),
    ),
    /** Written by Fairlead on each backend; `overridden` where the app sets the key itself. */
    generated: z.array(z.object({ key: z.string(), secret: z.boolean(), overridden: z.boolean() })),
    /** Set since the last deployment began: a deployment brings them to the backends. */
    pending: z.boolean(),
  })
  .openapi('Environment');
export type Environment = z.infer<typeof environmentSchema>;

export const domainsSchema = z
  .object({
    balancer: z.object({ id: idSchema, name: z.string(), addresses: z.array(z.string()) }),
    domains: z.array(
      z.object({
        name: z.string(),
        /** `here`: every address of the name is the balancer’s. `unknown`: the DNS gave no answer. */
        points: z.enum(['here', 'partly', 'elsewhere', 'nowhere', 'unknown']),
        addresses: z.array(z.string()),
        text: z.string(),
      }),
    ),
    checkedAt: instantSchema,
  })
  .openapi('Domains');
export type Domains = z.infer<typeof domainsSchema>;

const suggestions = {
  installCommand: z.string().nullable(),
  buildCommand: z.string().nullable(),
  startCommand: z.string().nullable(),
  documentRoot: z.string().nullable(),
  runtimeVersion: z.string().nullable(),
  /** Of `docker`; null: Dockerfile. */
  containerFile: z.string().nullable(),
  containerService: z.string().nullable(),
  containerPort: z.int().nullable(),
  healthPath: z.string().nullable(),
  /** The folder of the repository that is the app; null: all of it, as for a package of a workspace. */
  rootDirectory: z.string().nullable(),
};

export const repositoryInspectionSchema = z
  .object({
    branches: z.array(z.string()),
    commit: z.string(),
    runtime: runtimeSchema,
    /** Where each value was read; `file` from the repository’s root; `line` from 1 on, null: the file as such, by its name. */
    evidence: z.array(
      z.object({
        field: z.enum([
          'runtime',
          'installCommand',
          'buildCommand',
          'startCommand',
          'documentRoot',
          'runtimeVersion',
          'containerFile',
          'containerService',
          'containerPort',
          'rootDirectory',
          'healthPath',
          'port',
        ]),
        file: z.string(),
        line: z.int().nullable(),
        says: z.string(),
      }),
    ),
    /** `port` by `fairlead.yml` alone. */
    suggestions: z.object({ branch: z.string(), ...suggestions, port: z.int().nullable() }),
    /** What the same files suggest of another runtime: of the code beside a Dockerfile, or the other way round. */
    alternative: z.object({ runtime: runtimeSchema, suggestions: z.object(suggestions) }).nullable(),
    /** Folders that look like apps of their own, where the root is a place for several: ask again with one as `rootDirectory`. */
    folders: z.array(z.object({ path: z.string(), runtime: runtimeSchema })),
  })
  .openapi('RepositoryInspection');
export type RepositoryInspection = z.infer<typeof repositoryInspectionSchema>;
