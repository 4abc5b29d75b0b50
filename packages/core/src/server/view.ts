import type { Prisma } from '@fairlead/db';
import type { Transaction } from '../events.ts';
import { type OperationView, operationInclude, viewOperations } from '../operation/view.ts';
import { isoOf } from '../tenant.ts';
import { checksOf, factsOf, type ServerCheck, type StoredFacts } from './facts.ts';
import { type ServerStatus, serverStatus } from './status.ts';

export type ServerAppRole = 'primary' | 'backend' | 'balancer' | 'database';

export interface ServerView {
  id: string;
  name: string;
  address: string;
  port: number;
  user: string;
  privateAddress: string | null;
  ipAddress: string | null;
  jumpServerId: string | null;
  jumpServerName: string | null;
  status: ServerStatus;
  hostKeyFingerprint: string | null;
  offeredFingerprint: string | null;
  checks: ServerCheck[];
  facts: StoredFacts | null;
  hostVersion: string | null;
  preparedAt: string | null;
  lastSeenAt: string | null;
  createdAt: string;
  updatedAt: string;
  /** `changesByHand`: differences that somebody made here to what the app needs, and that stand. */
  apps: { id: string; name: string; roles: ServerAppRole[]; changesByHand: number }[];
  activeOperation: OperationView | null;
}

const appFields = { select: { id: true, name: true, primaryServerId: true, databaseEngine: true } } as const;

export const serverInclude = {
  jumpServer: { select: { name: true } },
  primaryOf: appFields,
  balancerOf: { select: { app: appFields } },
  successorOf: { select: { app: appFields } },
  formerlyBalancerOf: { select: { app: appFields } },
  backends: { select: { app: appFields } },
  drifts: { where: { resolvedAt: null }, select: { appId: true } },
} as const;
export type ServerRow = Prisma.ServerGetPayload<{ include: typeof serverInclude }>;

/** Rows as they are shown, each with the operation that runs or waits on it. */
export async function viewServers(tx: Transaction, rows: readonly ServerRow[]): Promise<ServerView[]> {
  const active = await tx.operation.findMany({
    where: {
      serverId: { in: rows.map((row) => row.id) },
      appId: null,
      status: { in: ['queued', 'running'] },
    },
    orderBy: { id: 'desc' },
    include: operationInclude,
  });
  const views = await viewOperations(tx, active);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    address: row.address,
    port: row.port,
    user: row.user,
    privateAddress: row.privateAddress,
    ipAddress: row.ipAddress,
    jumpServerId: row.jumpServerId,
    jumpServerName: row.jumpServer?.name ?? null,
    status: serverStatus.parse(row.status),
    hostKeyFingerprint: row.hostKeyFingerprint,
    offeredFingerprint: row.offeredFingerprint,
    checks: checksOf(row.checks),
    facts: factsOf(row.facts),
    hostVersion: row.hostVersion,
    preparedAt: isoOf(row.preparedAt),
    lastSeenAt: isoOf(row.lastSeenAt),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    apps: appsOf(row),
    activeOperation: views.find((view) => view.serverId === row.id) ?? null,
  }));
}

export async function viewServer(tx: Transaction, id: string): Promise<ServerView> {
  const row = await tx.server.findUniqueOrThrow({ where: { id }, include: serverInclude });
  const [view] = await viewServers(tx, [row]);
  return view as ServerView;
}

function appsOf(row: ServerRow): ServerView['apps'] {
  const apps = new Map<string, ServerView['apps'][number]>();
  const changesByHand = (id: string) => row.drifts.filter(({ appId }) => appId === id).length;
  const add = (app: { id: string; name: string }, role: ServerAppRole) => {
    const entry = apps.get(app.id) ?? {
      id: app.id,
      name: app.name,
      roles: [],
      changesByHand: changesByHand(app.id),
    };
    if (!entry.roles.includes(role)) entry.roles.push(role);
    apps.set(app.id, entry);
  };
  for (const app of row.primaryOf) {
    add(app, 'primary');
    if (app.databaseEngine !== 'none') add(app, 'database');
  }
  for (const { app } of [...row.balancerOf, ...row.successorOf, ...row.formerlyBalancerOf]) {
    add(app, 'balancer');
  }
  for (const { app } of row.backends) add(app, 'backend');
  return [...apps.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
