import { createHash, randomUUID } from 'node:crypto';
import { AppError } from '@fairlead/errors';
import type { Context } from '../context.ts';

const windowMs = 60_000;
/** Failed sign-ins in a window: for one e-mail address, and from one client. */
const limits = { email: 5, address: 20 };

/** Both counters of one attempt; the e-mail is kept as a hash. */
function keysOf(email: string, address: string): { key: string; limit: number }[] {
  const hash = createHash('sha256').update(email.trim().toLowerCase()).digest('hex').slice(0, 32);
  return [
    { key: `sign-in:email:${hash}`, limit: limits.email },
    { key: `sign-in:address:${address}`, limit: limits.address },
  ];
}

/**
 * Counts an attempt to sign in, in the database that all processes share. Call the returned function when it succeeded: good sign-ins don't count.
 * @throws AppError `rate-limited` with `details.retryAfterSeconds`
 */
export async function countSignIn(
  ctx: Pick<Context, 'prisma' | 'clock'>,
  email: string,
  address: string,
): Promise<() => Promise<void>> {
  const keys = keysOf(email, address);
  const nowMs = ctx.clock().getTime();
  for (const { key, limit } of keys) {
    const [row] = await ctx.prisma.$queryRaw<{ count: number; lastRequest: bigint }[]>`
      INSERT INTO rate_limit AS seen (id, key, count, "lastRequest") VALUES (${randomUUID()}, ${key}, 1, ${nowMs}::bigint)
      ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN seen."lastRequest" <= ${nowMs - windowMs}::bigint THEN 1 ELSE seen.count + 1 END,
        "lastRequest" = CASE WHEN seen."lastRequest" <= ${nowMs - windowMs}::bigint THEN ${nowMs}::bigint ELSE seen."lastRequest" END
      RETURNING count, "lastRequest"`;
    if (row !== undefined && row.count > limit) {
      const retryAfterSeconds = Math.max(1, Math.ceil((Number(row.lastRequest) + windowMs - nowMs) / 1000));
      throw new AppError(
        'rate-limited',
        `Too many attempts to sign in. Try again in ${retryAfterSeconds} s.`,
        {
          retryable: true,
          details: { retryAfterSeconds },
        },
      );
    }
  }
  return async () => {
    await ctx.prisma.$executeRaw`
      UPDATE rate_limit SET count = greatest(count - 1, 0) WHERE key = ANY(${keys.map(({ key }) => key)}::text[])`;
  };
}
