import type { HostedDatabase } from '@fairlead/db';
import * as z from 'zod';
import type { Actor, Context } from '../context.ts';
import { found, isoOf, tenant } from '../tenant.ts';

/** What the last test found from one backend, as the worker stores it. */
export const hostedCheckSchema = z.object({
  backendId: z.string(),
  serverName: z.string(),
  checks: z.array(
    z.object({
      key: z.enum(['dns', 'tcp', 'tls', 'sign-in', 'query', 'rights']),
      status: z.enum(['passed', 'failed', 'skipped']),
      detail: z.string().nullable(),
      /** What a person can do about a failure. */
      fix: z.string().nullable(),
    }),
  ),
  maxConnections: z.int().nullable(),
  connections: z.int().nullable(),
});
export type HostedCheck = z.infer<typeof hostedCheckSchema>;

export interface HostedDatabaseView {
  engine: 'postgresql' | 'mariadb';
  host: string;
  port: number;
  name: string;
  user: string;
  tls: 'off' | 'require' | 'verify';
  authority: string | null;
  setAt: string;
  /** It was set after the last deployment, which brings it to the backends. */
  pending: boolean;
  checkedAt: string | null;
  checks: HostedCheck[];
}

export function hostedChecksOf(row: Pick<HostedDatabase, 'checks'>): HostedCheck[] {
  return z.array(hostedCheckSchema).safeParse(row.checks).data ?? [];
}

/** Without the password, which never leaves. */
export async function viewHostedDatabase(
  ctx: Context,
  actor: Actor,
  appId: string,
): Promise<{ hosted: HostedDatabaseView | null }> {
  const app = found(
    await tenant(ctx, actor).app.findUnique({
      where: { id: appId },
      include: {
        hostedDatabase: true,
        deployments: { orderBy: { number: 'desc' }, take: 1, select: { createdAt: true } },
      },
    }),
    'app',
  );
  const row = app.hostedDatabase;
  if (row === null) return { hosted: null };
  const { host, port, name, user, authority, setAt, checkedAt } = row;
  const last = app.deployments[0]?.createdAt;
  return {
    hosted: {
      engine: row.engine as HostedDatabaseView['engine'],
      tls: row.tls as HostedDatabaseView['tls'],
      ...{ host, port, name, user, authority },
      setAt: setAt.toISOString(),
      pending: last === undefined || setAt > last,
      checkedAt: isoOf(checkedAt),
      checks: hostedChecksOf(row),
    },
  };
}
