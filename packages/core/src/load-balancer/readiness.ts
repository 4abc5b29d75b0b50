import { AppError } from '@fairlead/errors';
import {
  type Evidence,
  type Facts,
  type Finding,
  type FrameworkName,
  pointKeys,
  prepareTree,
  readingLimits,
  scanRepository,
  type Tree,
  worthReading,
} from '@fairlead/readiness';
import { domainsAt } from '../app/domains-at.ts';
import type { Actor, Context } from '../context.ts';
import { databaseLogins } from '../database/logins.ts';
import { type DatabaseEngine, databaseEnvironment } from '../desired-database.ts';
import { effectiveEnvironment, revealEnvironment } from '../effective-environment.ts';
import {
  readDatabasePassword,
  readEnvironmentSecrets,
  readHostedPassword,
  readRedisPassword,
} from '../environment/reveal.ts';
import { type Fleet, loadFleet } from '../fleet.ts';
import { hostedEnvironment } from '../hosted-database/environment.ts';
import { hostedChecksOf } from '../hosted-database/view.ts';
import { processesIn } from '../process/processes-of.ts';
import { redisEnvironment } from '../redis/environment.ts';
import { redisPort, redisUser } from '../redis/settings.ts';
import { readRepositoryKey } from '../repository-access/reveal.ts';
import { factsOf } from '../server/facts.ts';
import { tenant } from '../tenant.ts';
import type { ChecklistKey } from './checklist-items.ts';
import { judgeDomains } from './readiness-domains.ts';
import { withOffers } from './readiness-offers.ts';

/** What was looked at; `fault` says why the repository was not. */
export interface ReadinessScan {
  commit: string | null;
  checkedAt: string;
  framework: FrameworkName | null;
  /** How many files were read. */
  files: number;
  fault: string | null;
}

export interface Readiness {
  app: Fleet['app'];
  loadBalancer: Fleet['loadBalancer'];
  scan: ReadinessScan;
  findings: Record<ChecklistKey, Finding>;
}

/**
 * Answers the checklist from the head of the app's branch, its environment and the DNS, all as they are now. A repository that can't be read leaves its points unknown and says why.
 * @throws AppError `not-found`
 */
export async function judgeReadiness(
  ctx: Context,
  actor: Actor,
  appId: string,
  willHaveWorkers = false,
): Promise<Readiness> {
  const fleet = await loadFleet(tenant(ctx, actor), appId);
  const [read, domains] = await Promise.all([readTree(ctx, fleet), judgeDomains(await namesOf(ctx, fleet))]);
  const { app, loadBalancer } = fleet;
  const checkedAt = ctx.clock().toISOString();
  if ('fault' in read) {
    const findings = Object.fromEntries(pointKeys.map((key) => [key, unreadable])) as Readiness['findings'];
    const scan = { commit: null, checkedAt, framework: null, files: 0, fault: read.fault };
    return { app, loadBalancer, scan, findings: { ...findings, dns: domains } };
  }
  const environment = await readEnvironment(ctx, fleet);
  await prepareTree(read.tree);
  const facts = { ...readFacts(fleet), ...(willHaveWorkers ? { hasWorkers: true } : {}) };
  const { framework, findings } = scanRepository({ tree: read.tree, environment, facts });
  const { commit, files } = read.tree;
  return {
    app,
    loadBalancer,
    scan: { commit, checkedAt, framework, files: files.length, fault: null },
    findings: { ...withOffers(atFolder(findings, app.rootDirectory), app), dns: domains },
  };
}

/** Places as they are named in the repository, where the app is one folder of it. */
function atFolder<T extends Record<string, Finding>>(findings: T, folder: string | null): T {
  if (folder === null) return findings;
  const placed = ({ evidence, ...finding }: Finding): Finding => ({
    ...finding,
    evidence: evidence.map((piece) =>
      piece.path === null ? piece : { ...piece, path: `${folder}/${piece.path}` },
    ),
  });
  return Object.fromEntries(Object.entries(findings).map(([key, finding]) => [key, placed(finding)])) as T;
}

const unreadable: Finding = {
  status: 'unknown',
  text: 'Not checked.',
  evidence: [] as Evidence[],
  fix: null,
};

async function readTree(ctx: Context, { app }: Fleet): Promise<{ tree: Tree } | { fault: string }> {
  try {
    const { repositoryUrl, branch, rootDirectory: folder } = app;
    const key = await readRepositoryKey(ctx, app.id);
    const asked = { repositoryUrl, branch, key, folder, choose: worthReading, limits: readingLimits };
    return { tree: await ctx.repositories.readTree(asked) };
  } catch (error) {
    if (error instanceof AppError) return { fault: error.message };
    throw error;
  }
}

function namesOf(ctx: Context, { app, loadBalancer, servers }: Fleet) {
  const balancerId = loadBalancer.successorServerId ?? loadBalancer.balancerServerId;
  const balancer = servers.find(({ id }) => id === balancerId);
  return balancer === undefined ? [] : domainsAt(ctx, app.domains, balancer);
}

/** What the process on a backend that is not the primary will read. */
async function readEnvironment(ctx: Context, { app, servers }: Fleet): Promise<Record<string, string>> {
  const own = await readEnvironmentSecrets(ctx, app);
  const { databaseEngine, databaseName, databaseUser } = app;
  const primary = servers.find(({ id }) => id === app.primaryServerId);
  if (databaseEngine === 'none' || databaseName === null || databaseUser === null || primary === undefined)
    return revealEnvironment(
      effectiveEnvironment({ ...hostedPart(ctx, app), ...redisPart(ctx, app, primary) }, own),
    );
  const engine = databaseEngine as DatabaseEngine;
  const host = primary.privateAddress ?? primary.ipAddress ?? primary.address;
  const logins = databaseLogins(app, engine, databaseUser);
  const database = { engine, database: databaseName, user: databaseUser, logins };
  const generated = databaseEnvironment(database, host, readDatabasePassword(ctx, app), app.runtime);
  return revealEnvironment(effectiveEnvironment({ ...generated, ...redisPart(ctx, app, primary) }, own));
}

function redisPart(ctx: Context, app: Fleet['app'], primary: Fleet['servers'][number] | undefined) {
  if (app.redis == null || app.redis.leaving || primary === undefined) return {};
  const host = primary.privateAddress ?? primary.ipAddress ?? primary.address;
  const place = { port: redisPort(app), user: redisUser(app.slug) };
  return redisEnvironment(place, host, readRedisPassword(ctx, app));
}

function hostedPart(ctx: Context, app: Fleet['app']) {
  const hosted = app.hostedDatabase ?? null;
  return hosted === null ? {} : hostedEnvironment(hosted, app, readHostedPassword(ctx, app));
}

/** What the last test of a database elsewhere found out about its limit. */
function hostedFacts({ hostedDatabase }: Fleet['app']): Facts['database'] {
  if (hostedDatabase == null) return null;
  const limits = hostedChecksOf(hostedDatabase).flatMap(({ maxConnections }) => maxConnections ?? []);
  return {
    engine: hostedDatabase.engine as DatabaseEngine,
    maxConnections: limits.length === 0 ? null : Math.min(...limits),
  };
}

function readFacts({ app, backends, servers }: Fleet): Facts {
  const { buildCommand, startCommand } = app;
  const count = backends.filter(({ desired }) => desired !== 'removed').length;
  const known = factsOf(servers.find(({ id }) => id === app.primaryServerId)?.facts);
  const engine = app.databaseEngine === 'none' ? null : (app.databaseEngine as DatabaseEngine);
  return {
    buildCommand,
    startCommand,
    backends: Math.max(2, count),
    ...(app.runtime === 'docker' ? { container: { file: app.containerFile } } : {}),
    hasWorkers: processesIn(app.processes).some((one) => one.kind === 'worker' && one.count > 0),
    database:
      engine === null
        ? hostedFacts(app)
        : { engine, maxConnections: known?.[engine]?.maxConnections ?? null },
  };
}
