import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from './testing.ts';
import { transact } from './transact.ts';

let database: TestDatabase;
const rows = ['left', 'right'] as const;

beforeAll(async () => {
  database = await createTestDatabase();
  const data = rows.map((resource) => ({ resource, holder: '', fencingToken: 1n, expiresAt: new Date() }));
  await database.prisma.lease.createMany({ data });
});
afterAll(() => database.close());

/** Two transactions that each change one row, wait until the other has, too, and then want the other's. */
async function crossing(
  run: (work: Parameters<typeof transact>[1]) => Promise<unknown>,
): Promise<PromiseSettledResult<unknown>[]> {
  const arrived = new Set<string>();
  const change = (holder: string, order: readonly string[]) =>
    run(async (tx) => {
      for (const resource of order) {
        await tx.lease.update({ where: { resource }, data: { holder } });
        arrived.add(holder);
        while (arrived.size < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
  return Promise.allSettled([change('one', rows), change('two', [...rows].reverse())]);
}

test('of two transactions that wait for each other both come to their end', async () => {
  const ends = await crossing((work) => transact(database.prisma, work));
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  const held = await database.prisma.lease.findMany({ where: { resource: { in: [...rows] } } });
  expect(new Set(held.map(({ holder }) => holder)).size).toBe(1);
});

test('one that is done once alone is ended (positive control)', async () => {
  const ends = await crossing((work) => database.prisma.$transaction(work));
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(1);
});

test('what fails for another reason is not done again', async () => {
  let tries = 0;
  const work = transact(database.prisma, async () => {
    tries += 1;
    throw new Error('no');
  });
  await expect(work).rejects.toThrow('no');
  expect(tries).toBe(1);
});
