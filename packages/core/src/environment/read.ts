import type { App } from '@fairlead/db';
import { appInput } from '../app/schemas.ts';
import { authorize } from '../authorize.ts';
import type { Actor, Context, UseCase } from '../context.ts';
import { databaseEnvironmentKeys } from '../desired-database.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';

export interface EnvironmentView {
  items: { key: string; updatedAt: string }[];
  generated: { key: string; secret: boolean; overridden: boolean }[];
  pending: boolean;
}

const secretKeys = new Set<string>(['DATABASE_URL', 'DB_PASSWORD']);

/** Names of an app's variables; no value ever leaves. */
export async function viewEnvironment(ctx: Context, actor: Actor, appId: string): Promise<EnvironmentView> {
  const app = found(
    await tenant(ctx, actor).app.findUnique({
      where: { id: appId },
      include: {
        environment: { orderBy: { key: 'asc' }, select: { key: true, updatedAt: true } },
        deployments: { orderBy: { number: 'desc' }, take: 1, select: { createdAt: true } },
      },
    }),
    'app',
  );
  const own = new Set(app.environment.map((variable) => variable.key));
  const lastDeployedAt = app.deployments[0]?.createdAt;
  return {
    items: app.environment.map(({ key, updatedAt }) => ({ key, updatedAt: updatedAt.toISOString() })),
    generated:
      app.databaseEngine === 'none'
        ? []
        : databaseEnvironmentKeys
            .filter((key) => isGenerated(app, key))
            .map((key) => ({
              key,
              secret: secretKeys.has(key),
              overridden: own.has(key),
            })),
    pending:
      lastDeployedAt !== undefined && app.environment.some((variable) => variable.updatedAt > lastDeployedAt),
  };
}

/** Variables about encryption are there where it is asked for. */
function isGenerated(app: Pick<App, 'databaseTls' | 'databaseEngine'>, key: string): boolean {
  if (key === 'PGSSLMODE') return app.databaseTls && app.databaseEngine === 'postgresql';
  return key !== 'DB_SSLMODE' || app.databaseTls;
}

export const readEnvironment: UseCase<unknown, EnvironmentView> = async (ctx, actor, input) => {
  authorize(actor, 'environment.read');
  const { appId } = parseInput(appInput, input);
  return viewEnvironment(ctx, actor, appId);
};
