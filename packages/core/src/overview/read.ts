import { type AppView, appInclude, viewApps } from '../app/view.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { type OperationView, operationInclude, viewOperations } from '../operation/view.ts';
import { type ServerView, serverInclude, viewServers } from '../server/view.ts';
import { tenant } from '../tenant.ts';

export type ServerSummaryView = Omit<ServerView, 'facts' | 'checks' | 'apps'>;

export interface OverviewView {
  apps: AppView[];
  servers: ServerSummaryView[];
  running: OperationView[];
  failed: OperationView[];
  backends: { enabled: number; healthy: number; unhealthy: number };
  gettingStarted: { key: StartKey; title: string; done: boolean }[];
}
type StartKey = 'add-server' | 'prepare-server' | 'create-app' | 'deploy-app' | 'enable-load-balancer';

const failedWindowMs = 7 * 24 * 3_600_000;

/** The whole fleet at a glance. */
export const readOverview: UseCase<unknown, OverviewView> = async (ctx, actor) => {
  authorize(actor, 'overview.read');
  const db = tenant(ctx, actor);
  const since = new Date(ctx.clock().getTime() - failedWindowMs);
  const [appRows, serverRows, active, failed, succeeded] = await Promise.all([
    db.app.findMany({ include: appInclude, orderBy: { name: 'asc' } }),
    db.server.findMany({ include: serverInclude, orderBy: { name: 'asc' } }),
    db.operation.findMany({
      where: { status: { in: ['queued', 'running'] } },
      orderBy: { id: 'desc' },
      take: 50,
      include: operationInclude,
    }),
    db.operation.findMany({
      where: { status: 'failed', createdAt: { gte: since } },
      orderBy: { id: 'desc' },
      take: 20,
      include: operationInclude,
    }),
    db.operation.groupBy({
      by: ['appId', 'serverId', 'kind'],
      where: { status: 'succeeded', createdAt: { gte: since } },
      _max: { id: true },
    }),
  ]);
  const [apps, servers, running] = [
    await viewApps(db, appRows, ctx.clock()),
    await viewServers(db, serverRows),
    await viewOperations(db, active),
  ];
  const isRepaired = (row: { id: string; appId: string | null; serverId: string | null; kind: string }) =>
    succeeded.some(
      (good) =>
        good.kind === row.kind &&
        good.appId === row.appId &&
        (row.appId !== null || good.serverId === row.serverId) &&
        (good._max.id ?? '') > row.id,
    );
  const total = (pick: (app: AppView) => number) => apps.reduce((sum, app) => sum + pick(app), 0);
  return {
    apps,
    servers: servers.map(({ facts: _facts, checks: _checks, apps: _apps, ...server }) => server),
    running,
    failed: await viewOperations(
      db,
      failed.filter((row) => !isRepaired(row)),
    ),
    backends: {
      enabled: total((app) => app.backends.enabled),
      healthy: total((app) => app.backends.healthy),
      unhealthy: total((app) => app.backends.unhealthy),
    },
    gettingStarted: [
      { key: 'add-server', title: 'Add a server', done: servers.length > 0 },
      {
        key: 'prepare-server',
        title: 'Connect to it',
        done: servers.some((server) => server.hostKeyFingerprint !== null),
      },
      { key: 'create-app', title: 'Create an app from a Git repository', done: apps.length > 0 },
      { key: 'deploy-app', title: 'Deploy it', done: apps.some((app) => app.status === 'live') },
      {
        key: 'enable-load-balancer',
        title: 'Enable load balancing',
        done: apps.some((app) => app.loadBalancer.enabled),
      },
    ],
  };
};
