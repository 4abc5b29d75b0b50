import type { Prisma } from '@fairlead/db';
import { isCovered } from '../certificate/covers.ts';
import { type CertificateView, certificateColumns, viewCertificate } from '../certificate/view.ts';
import { loginOf } from '../database/logins.ts';
import { type DeploymentSummary, viewDeploymentSummaries } from '../deployment/view.ts';
import { inUpstreamOf } from '../desired.ts';
import { type DatabaseEngine, databasePorts } from '../desired-database.ts';
import type { Transaction } from '../events.ts';
import type { Method } from '../load-balancer/methods.ts';
import { type LoadBalancerStatus, loadBalancerStatus } from '../load-balancer/status.ts';
import { isActive } from '../operation/active.ts';
import { type OperationView, operationInclude, viewOperations } from '../operation/view.ts';
import { factsOf } from '../server/facts.ts';
import { found, isoOf } from '../tenant.ts';
import type { Runtime } from './runtimes.ts';
import { type AppStatus, appStatus } from './status.ts';

export type BuildOn = 'one' | 'each';
export type RolloutFailure = 'put-back' | 'stop';

export type ReleaseCommandFailure = 'stop' | 'go-on';

export interface AppView {
  id: string;
  name: string;
  slug: string;
  repositoryUrl: string;
  branch: string;
  runtime: Runtime;
  installCommand: string | null;
  buildCommand: string | null;
  startCommand: string | null;
  /** Once for each release on the primary, before a backend switches. */
  releaseCommand: string | null;
  releaseCommandFailure: ReleaseCommandFailure;
  documentRoot: string | null;
  /** The folder of the repository that is the app; null: all of it. */
  rootDirectory: string | null;
  /** Of `docker`, within the folder; null: Dockerfile. */
  containerFile: string | null;
  /** The service of a compose file that answers requests; null: the only one that is built. */
  containerService: string | null;
  /** Where the app listens in its container; null: 8080. */
  containerPort: number | null;
  submodules: boolean;
  lfs: boolean;
  /** Folders that outlive releases, on each backend for itself. */
  sharedFolders: string[];
  /** A build is made once and sent to all servers of its kind, or made on each. */
  buildOn: BuildOn;
  /** Of Node.js or Python; null: whichever the server has. */
  runtimeVersion: string | null;
  port: number;
  domains: string[];
  url: string | null;
  /** What its front shows to visitors who come by TLS; null: TLS is off, or the certificate is not here yet. */
  certificate: {
    source: CertificateView['source'];
    notAfter: string;
    expiry: CertificateView['expiry'];
  } | null;
  healthPath: string;
  healthIntervalMs: number;
  healthTimeoutMs: number;
  /** How long a new process has until it answers healthy. */
  startTimeoutMs: number;
  healthRise: number;
  healthFall: number;
  /** Limits of its processes on each backend; null: none. */
  memoryMib: number | null;
  /** 100: one processor. */
  cpuPercent: number | null;
  tasks: number | null;
  /** How many backends switch at a time; 0: all. */
  rolloutBatch: number;
  /** So many enabled backends stay healthy and untouched while others switch. */
  rolloutFloor: number;
  rolloutRise: number;
  /** A backend is taken out of the balancing while it switches. */
  rolloutDrain: boolean;
  rolloutFailure: RolloutFailure;
  primaryServer: { id: string; name: string; address: string };
  database: {
    engine: DatabaseEngine | 'none';
    name: string | null;
    user: string | null;
    host: string | null;
    port: number | null;
    /** null: the password was made with the app. */
    passwordSetAt: string | null;
    /** Backends are going over to another password; the one before opens the database, too. */
    rotating: boolean;
    /** Whoever comes by the network has to encrypt. */
    tls: boolean;
    /** Whether the engine has a certificate; null: not known. */
    tlsAvailable: boolean | null;
  };
  status: AppStatus;
  loadBalancer: {
    enabled: boolean;
    status: LoadBalancerStatus;
    method: Method;
    generation: number;
    observedGeneration: number;
  };
  backends: {
    total: number;
    enabled: number;
    healthy: number;
    unhealthy: number;
    deploying: number;
    unknown: number;
  };
  lastDeployment: DeploymentSummary | null;
  /** Differences on its servers that somebody made and that stand. */
  changesByHand: number;
  activeOperation: OperationView | null;
  createdAt: string;
  updatedAt: string;
}

export const appInclude = {
  _count: { select: { drifts: { where: { resolvedAt: null } } } },
  primaryServer: true,
  loadBalancer: { include: { balancerServer: true, certificate: { select: certificateColumns } } },
  backends: true,
  deployments: { orderBy: { number: 'desc' }, take: 1 },
  operations: {
    where: isActive,
    orderBy: { id: 'asc' },
    take: 1,
    include: operationInclude,
  },
} as const satisfies Prisma.AppInclude;
export type AppRow = Prisma.AppGetPayload<{ include: typeof appInclude }>;

export async function viewApps(
  tx: Transaction,
  rows: readonly AppRow[],
  now = new Date(),
): Promise<AppView[]> {
  const operations = await viewOperations(
    tx,
    rows.flatMap((row) => row.operations),
  );
  const deployments = await viewDeploymentSummaries(
    tx,
    rows.flatMap((row) => row.deployments),
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    slug: row.slug,
    repositoryUrl: row.repositoryUrl,
    branch: row.branch,
    runtime: row.runtime as Runtime,
    installCommand: row.installCommand,
    buildCommand: row.buildCommand,
    startCommand: row.startCommand,
    releaseCommand: row.releaseCommand,
    releaseCommandFailure: row.releaseCommandFailure as ReleaseCommandFailure,
    documentRoot: row.documentRoot,
    rootDirectory: row.rootDirectory,
    containerFile: row.containerFile,
    containerService: row.containerService,
    containerPort: row.containerPort,
    submodules: row.submodules,
    lfs: row.lfs,
    sharedFolders: row.sharedFolders,
    buildOn: row.buildOn as BuildOn,
    runtimeVersion: row.runtimeVersion,
    port: row.port,
    domains: row.domains,
    url: urlOf(row),
    certificate: certificateOf(row, now),
    healthPath: row.healthPath,
    healthIntervalMs: row.healthIntervalMs,
    healthTimeoutMs: row.healthTimeoutMs,
    startTimeoutMs: row.startTimeoutMs,
    healthRise: row.healthRise,
    healthFall: row.healthFall,
    memoryMib: row.memoryMib,
    cpuPercent: row.cpuPercent,
    tasks: row.tasks,
    rolloutBatch: row.rolloutBatch,
    rolloutFloor: row.rolloutFloor,
    rolloutRise: row.rolloutRise,
    rolloutDrain: row.rolloutDrain,
    rolloutFailure: row.rolloutFailure as RolloutFailure,
    primaryServer: {
      id: row.primaryServer.id,
      name: row.primaryServer.name,
      address: row.primaryServer.address,
    },
    database: databaseOf(row),
    status: appStatus.parse(row.status),
    loadBalancer: balancerOf(row),
    backends: countBackends(row),
    lastDeployment: deployments.find((deployment) => deployment.appId === row.id) ?? null,
    changesByHand: row._count.drifts,
    activeOperation: operations.find((operation) => operation.appId === row.id) ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }));
}

export async function viewApp(tx: Transaction, id: string): Promise<AppView> {
  const row = found(await tx.app.findUnique({ where: { id }, include: appInclude }), 'app');
  const [view] = await viewApps(tx, [row]);
  return view as AppView;
}

function urlOf(row: AppRow): string | null {
  const host = row.domains[0] ?? row.loadBalancer?.balancerServer.ipAddress ?? null;
  if (host === null) return null;
  const scheme = isCovered(row.loadBalancer?.certificate?.names ?? [], host) ? 'https' : 'http';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}/`;
}

function certificateOf({ loadBalancer }: AppRow, now: Date): AppView['certificate'] {
  const row = loadBalancer?.certificate ?? null;
  if (row === null) return null;
  const { source, notAfter, expiry } = viewCertificate(row, row.id, now);
  return { source, notAfter, expiry };
}

function databaseOf(row: AppRow): AppView['database'] {
  if (row.databaseEngine === 'none')
    return {
      engine: 'none',
      name: null,
      user: null,
      host: null,
      port: null,
      passwordSetAt: null,
      rotating: false,
      tls: false,
      tlsAvailable: null,
    };
  const engine = row.databaseEngine as DatabaseEngine;
  return {
    engine,
    name: row.databaseName,
    user: row.databaseUser === null ? null : loginOf(engine, row.databaseUser, row.databaseTurn),
    host: row.primaryServer.privateAddress ?? row.primaryServer.ipAddress,
    port: databasePorts[engine],
    passwordSetAt: isoOf(row.databasePasswordSetAt),
    rotating: row.databaseFormerPasswordCipher !== null,
    tls: row.databaseTls,
    tlsAvailable: factsOf(row.primaryServer.facts)?.[engine]?.tls ?? null,
  };
}

function balancerOf(row: AppRow): AppView['loadBalancer'] {
  const balancer = found(row.loadBalancer, 'load balancer');
  return {
    enabled: balancer.enabled,
    status: loadBalancerStatus.parse(balancer.status),
    method: balancer.method as Method,
    generation: balancer.generation,
    observedGeneration: balancer.observedGeneration,
  };
}

function countBackends(row: AppRow): AppView['backends'] {
  const balancer = found(row.loadBalancer, 'load balancer');
  const enabled = row.backends.filter((backend) => inUpstreamOf(row, balancer, backend) === 'up');
  const count = (health: string) => enabled.filter((backend) => backend.health === health).length;
  return {
    total: row.backends.length,
    enabled: enabled.length,
    healthy: count('healthy'),
    unhealthy: count('unhealthy'),
    deploying: count('deploying'),
    unknown: count('unknown'),
  };
}
