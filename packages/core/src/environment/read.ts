import type { App } from '@fairlead/db';
import { Secret } from '@fairlead/errors';
import { appInput } from '../app/schemas.ts';
import { authorize } from '../authorize.ts';
import type { Actor, Context, UseCase } from '../context.ts';
import { databaseEnvironmentKeys } from '../desired-database.ts';
import { type HostedSettings, hostedEnvironment } from '../hosted-database/environment.ts';
import { parseInput } from '../input.ts';
import { redisEnvironmentKeys } from '../redis/environment.ts';
import { found, tenant } from '../tenant.ts';

export interface EnvironmentView {
  items: { key: string; updatedAt: string }[];
  /** What one backend alone is told; `overrides` where the app or Fairlead tells every other one something else. */
  ofBackends: { backendId: string; server: string; key: string; updatedAt: string; overrides: boolean }[];
  generated: { key: string; secret: boolean; overridden: boolean }[];
  pending: boolean;
}

const secretKeys = new Set<string>(['DATABASE_URL', 'DB_PASSWORD', 'REDIS_URL', 'REDIS_PASSWORD']);

/** Names of an app's variables; no value ever leaves. */
export async function viewEnvironment(ctx: Context, actor: Actor, appId: string): Promise<EnvironmentView> {
  const app = found(
    await tenant(ctx, actor).app.findUnique({
      where: { id: appId },
      include: {
        environment: { orderBy: { key: 'asc' }, select: { key: true, updatedAt: true } },
        backends: {
          where: { desired: { not: 'removed' } },
          orderBy: [{ role: 'asc' }, { id: 'asc' }],
          select: {
            id: true,
            server: { select: { name: true } },
            variables: { orderBy: { key: 'asc' }, select: { key: true, updatedAt: true } },
          },
        },
        hostedDatabase: true,
        redis: true,
        deployments: { orderBy: { number: 'desc' }, take: 1, select: { createdAt: true } },
      },
    }),
    'app',
  );
  const own = new Set(app.environment.map((variable) => variable.key));
  const generated = generatedKeys(app);
  const ofBackends = app.backends.flatMap(({ id, server, variables }) =>
    variables.map(({ key, updatedAt }) => ({
      ...{ backendId: id, server: server.name, key },
      updatedAt: updatedAt.toISOString(),
      overrides: own.has(key) || generated.includes(key),
    })),
  );
  const variables = [...app.environment, ...app.backends.flatMap((backend) => backend.variables)];
  const lastDeployedAt = app.deployments[0]?.createdAt;
  return {
    items: app.environment.map(({ key, updatedAt }) => ({ key, updatedAt: updatedAt.toISOString() })),
    ofBackends,
    generated: generated.map((key) => ({
      key,
      secret: secretKeys.has(key),
      overridden: own.has(key),
    })),
    pending:
      lastDeployedAt !== undefined &&
      (variables.some((variable) => variable.updatedAt > lastDeployedAt) ||
        [app.hostedDatabase, app.redis].some((row) => row !== null && row.setAt > lastDeployedAt)),
  };
}

type Account = Pick<App, 'slug' | 'runtime' | 'databaseEngine' | 'databaseTls'> & {
  hostedDatabase: HostedSettings | null;
  redis: { leaving: boolean } | null;
};

/** Variables that Fairlead makes for this app; those about encryption where it is asked for. */
function generatedKeys(app: Account): string[] {
  const hasRedis = app.redis !== null && !app.redis.leaving;
  return [...databaseKeys(app), ...(hasRedis ? redisEnvironmentKeys : [])];
}

function databaseKeys(app: Account): string[] {
  const { databaseEngine, databaseTls, hostedDatabase } = app;
  if (databaseEngine !== 'none') {
    const ofTls = !databaseTls
      ? []
      : databaseEngine === 'postgresql'
        ? ['DB_SSLMODE', 'PGSSLMODE']
        : ['DB_SSLMODE'];
    return databaseEnvironmentKeys.filter((key) => !/SSL|CA_CERTS/.test(key) || ofTls.includes(key));
  }
  return hostedDatabase === null ? [] : Object.keys(hostedEnvironment(hostedDatabase, app, new Secret('')));
}

export const readEnvironment: UseCase<unknown, EnvironmentView> = async (ctx, actor, input) => {
  authorize(actor, 'environment.read');
  const { appId } = parseInput(appInput, input);
  return viewEnvironment(ctx, actor, appId);
};
