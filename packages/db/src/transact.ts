import { setTimeout as delay } from 'node:timers/promises';
import { isSerializationFailure } from './failures.ts';
import type { Prisma, PrismaClient } from './generated/client.ts';

const mostTries = 6;
const firstPauseMs = 20;

/**
 * One transaction, done again where it lost to another one: rows that operations change one by one are changed in batches by whoever watches them, and Postgres ends
 * one of two that wait for each other. `work` must leave nothing behind outside of its transaction.
 */
export async function transact<T>(
  prisma: PrismaClient,
  work: (tx: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await prisma.$transaction(work);
    } catch (error) {
      if (attempt === mostTries || !isSerializationFailure(error)) throw error;
      // By chance, so that the same two do not meet again.
      await delay(firstPauseMs * attempt * (0.5 + Math.random()));
    }
  }
}
