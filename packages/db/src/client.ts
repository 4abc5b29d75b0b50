import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@fairlead/errors';
import { isSerializationFailure } from './failures.ts';
import { type Prisma, PrismaClient } from './generated/client.ts';

const mostTries = 6;
const firstPauseMs = 20;

type Work<T> = (tx: Prisma.TransactionClient) => Promise<T>;
type Statement = Prisma.PrismaPromise<unknown>;
type Answers<P extends Statement[]> = { [K in keyof P]: Awaited<P[K]> };
type Options = Parameters<PrismaClient['$transaction']>[1];

/**
 * Prisma's client, whose transactions are done again where they lost to another one: rows that people and operations change one by one are changed in batches by
 * whoever watches them, and Postgres ends one of two that wait for each other (https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS).
 * The work of a transaction must therefore leave nothing behind outside of it: what it tells anybody else is told after it has ended. One that loses each
 * time is a retryable `conflict`.
 * Clients made of this one by `$extends` keep that, and their extensions count within. A list of statements is sent once.
 */
export class Client extends PrismaClient {
  override $transaction<P extends Statement[]>(statements: [...P], options?: Options): Promise<Answers<P>>;
  override $transaction<T>(work: Work<T>, options?: Options): Promise<T>;
  override $transaction(given: Statement[] | Work<unknown>, options?: Options): Promise<unknown> {
    if (Array.isArray(given)) return super.$transaction(given, options);
    return again(() => super.$transaction(given, options));
  }
}

async function again<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (!isSerializationFailure(error)) throw error;
      if (attempt === mostTries) throw lost(error);
      // By chance, so that the same two do not meet again.
      await delay(firstPauseMs * attempt * (0.5 + Math.random()));
    }
  }
}

function lost(cause: unknown): AppError {
  const message = `Others changed the same rows at the same moment, ${mostTries} times in a row; nothing was changed.`;
  return new AppError('conflict', message, { hint: 'Try again in a moment.', retryable: true, cause });
}
