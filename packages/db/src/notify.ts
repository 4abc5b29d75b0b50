import type { Prisma } from './generated/client.ts';

/** The Postgres channel on which changes are told. */
export const notifyChannel = 'fairlead';

/** That a row changed: ids alone, the listener reads the row again. */
export interface ChangeEvent {
  /** Organization. */
  o: string;
  /** What kind of row: `operation`, `server`, `app`, `backend`, `deployment` … */
  t: string;
  /** The row. */
  id: string;
}

/**
 * Tells listeners of a change when the transaction commits; nothing is told when it does not. Postgres drops repetitions within a
 * transaction (https://www.postgresql.org/docs/current/sql-notify.html).
 */
export async function notify(
  tx: Pick<Prisma.TransactionClient, '$executeRaw'>,
  event: ChangeEvent,
): Promise<void> {
  const payload = JSON.stringify({ o: event.o, t: event.t, id: event.id });
  await tx.$executeRaw`SELECT pg_notify(${notifyChannel}, ${payload})`;
}
