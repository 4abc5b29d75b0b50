import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { isSerializationFailure } from './failures.ts';
import type { PrismaClient } from './generated/client.ts';
import { forOrganization } from './organization-scope.ts';
import { createTestDatabase, plainClient, type TestDatabase } from './testing.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const { prisma } = database;
  for (const id of ['mine', 'theirs']) {
    await prisma.organization.create({ data: { id, name: id, slug: id } });
    for (const name of ['left', 'right']) {
      await prisma.server.create({ data: { organizationId: id, name, address: `${name}.${id}.test` } });
    }
  }
});
afterAll(() => database.close());

/** Two transactions that each change one row, wait until the other has, too, and then want the other's. */
async function crossing(client: PrismaClient): Promise<PromiseSettledResult<unknown>[]> {
  const arrived = new Set<string>();
  const change = (by: string, order: readonly string[]) =>
    client.$transaction(async (tx) => {
      for (const name of order) {
        await tx.server.updateMany({ where: { name, organizationId: 'mine' }, data: { hostVersion: by } });
        arrived.add(by);
        while (arrived.size < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return tx.server.count();
    });
  return Promise.allSettled([change('one', ['left', 'right']), change('two', ['right', 'left'])]);
}

describe('of two transactions that wait for each other', () => {
  it('lets both come to their end, and an organization’s sees that organization alone', async () => {
    for (const [client, seen] of [
      [database.prisma, 4],
      [forOrganization(database.prisma, 'mine'), 2],
    ] as const) {
      const ends = await crossing(client);
      expect(ends).toEqual(Array(2).fill({ status: 'fulfilled', value: seen }));
      const rows = await database.prisma.server.findMany({ where: { organizationId: 'mine' } });
      expect(new Set(rows.map(({ hostVersion }) => hostVersion)).size).toBe(1);
    }
  });

  it('has one ended where nothing does it again (positive control)', async () => {
    const ends = await crossing(plainClient(database));
    const [lost, ...others] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    expect([isSerializationFailure(lost), others]).toEqual([true, []]);
  });
});

test('what fails for another reason is not done again', async () => {
  let tries = 0;
  const work = database.prisma.$transaction(async () => {
    tries += 1;
    throw new Error('no');
  });
  await expect(work).rejects.toThrow('no');
  expect(tries).toBe(1);
});

test('one that loses each time says so, and that it may be tried again', async () => {
  let tries = 0;
  const work = database.prisma.$transaction(async (tx) => {
    tries += 1;
    await tx.$executeRaw`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$`;
  });
  await expect(work).rejects.toMatchObject({ code: 'conflict', retryable: true });
  expect(tries).toBe(6);
});
