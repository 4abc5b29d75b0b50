import type { Redis } from '@fairlead/db';
import * as z from 'zod';
import type { Actor, Context } from '../context.ts';
import { found, isoOf, tenant } from '../tenant.ts';
import { type RedisPolicy, redisPort, redisUser } from './settings.ts';

/** What the worker saw last, as it stores it. */
export const redisSeenSchema = z.discriminatedUnion('running', [
  z.object({ running: z.literal(false) }),
  z.object({
    running: z.literal(true),
    version: z.string(),
    usedMemoryBytes: z.int(),
    maxMemoryBytes: z.int(),
    clients: z.int(),
    evictedKeys: z.int(),
    writesToDisk: z.boolean(),
  }),
]);
export type RedisSeen = z.infer<typeof redisSeenSchema>;

/** A look at it counts for this long (milliseconds); what nobody has seen since is unknown. */
export const redisFreshMs = 90_000;

export interface RedisView {
  port: number;
  user: string;
  /** Another password was made, and has not reached every backend: both open it. */
  rotating: boolean;
  passwordSetAt: string | null;
  /** Where backends reach it; null: not known yet. */
  host: string | null;
  memoryMib: number;
  policy: RedisPolicy;
  setAt: string;
  /** A deployment has put it on the primary. */
  placed: boolean;
  /** It was set after the last deployment, which brings it to the primary and its account to the backends. */
  pending: boolean;
  /** The next deployment takes it away. */
  leaving: boolean;
  state: 'running' | 'down' | 'unknown';
  seenAt: string | null;
  /** What it said of itself then; null where it did not answer. */
  seen: Omit<Extract<RedisSeen, { running: true }>, 'running'> | null;
}

/** Its state by the last look: unknown where that is too long ago. */
export function redisStateOf(row: Pick<Redis, 'seen' | 'seenAt'>, now: Date): RedisView['state'] {
  const seen = redisSeenSchema.safeParse(row.seen).data;
  if (seen === undefined || row.seenAt === null || now.getTime() - row.seenAt.getTime() > redisFreshMs)
    return 'unknown';
  return seen.running ? 'running' : 'down';
}

/** Without the password, which never leaves. */
export async function viewRedis(
  ctx: Context,
  actor: Actor,
  appId: string,
): Promise<{ redis: RedisView | null }> {
  const app = found(
    await tenant(ctx, actor).app.findUnique({
      where: { id: appId },
      include: {
        redis: true,
        primaryServer: true,
        deployments: {
          where: { status: { in: ['succeeded', 'superseded'] } },
          orderBy: { number: 'desc' },
          take: 1,
          select: { createdAt: true },
        },
      },
    }),
    'app',
  );
  const row = app.redis;
  if (row === null) return { redis: null };
  const last = app.deployments[0]?.createdAt;
  const seen = redisSeenSchema.safeParse(row.seen).data;
  return {
    redis: {
      port: redisPort(app),
      user: redisUser(app.slug, row.turn),
      rotating: row.formerPasswordCipher !== null,
      passwordSetAt: isoOf(row.passwordSetAt),
      host: app.primaryServer.privateAddress ?? app.primaryServer.ipAddress,
      memoryMib: row.memoryMib,
      policy: row.policy as RedisPolicy,
      setAt: row.setAt.toISOString(),
      placed: row.placedAt !== null,
      pending: row.placedAt === null || last === undefined || row.setAt > last,
      leaving: row.leaving,
      state: redisStateOf(row, ctx.clock()),
      seenAt: isoOf(row.seenAt),
      seen: seen?.running ? withoutRunning(seen) : null,
    },
  };
}

function withoutRunning({ running: _, ...seen }: Extract<RedisSeen, { running: true }>) {
  return seen;
}
