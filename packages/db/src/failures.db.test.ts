import { afterAll, beforeAll, expect, test } from 'vitest';
import { isForeignKeyViolation, isNotFound, isSerializationFailure, uniqueViolation } from './failures.ts';
import { createTestDatabase, plainClient, type TestDatabase } from './testing.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.prisma.organization.create({ data: { id: 'o1', name: 'One', slug: 'one' } });
});
afterAll(() => database.close());

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test('names the columns of a unique violation', async () => {
  const server = { organizationId: 'o1', name: 'web-1', address: '198.18.0.2' };
  await database.prisma.server.create({ data: server });
  const sameName = await failure(
    database.prisma.server.create({ data: { ...server, address: '198.18.0.3' } }),
  );
  expect(uniqueViolation(sameName)).toEqual(['organizationId', 'name']);
  const sameAddress = await failure(database.prisma.server.create({ data: { ...server, name: 'web-2' } }));
  expect(uniqueViolation(sameAddress)).toEqual(['organizationId', 'address', 'port']);
  expect(isNotFound(sameName)).toBe(false);
  expect(uniqueViolation(new Error('P2002'))).toBeUndefined();
});

test('every unique index is named so that its columns can be told from the name', async () => {
  const indexes = await database.prisma.$queryRaw<{ table: string; index: string; columns: string[] }[]>`
    SELECT t.relname AS "table", i.relname AS "index", array_agg(a.attname::text ORDER BY k.position) AS columns
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_class t ON t.oid = x.indrelid
    CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attribute, position)
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attribute
    WHERE x.indisunique AND NOT x.indisprimary AND t.relnamespace = 'public'::regnamespace
    GROUP BY 1, 2`;
  expect(indexes.length).toBeGreaterThan(10);
  for (const { table, index, columns } of indexes) expect(index).toBe(`${table}_${columns.join('_')}_key`);
});

test('knows a missing row', async () => {
  const missing = await failure(
    database.prisma.server.update({ where: { id: 'none' }, data: { name: 'x' } }),
  );
  expect(isNotFound(missing)).toBe(true);
  expect(isNotFound(await failure(database.prisma.server.findUniqueOrThrow({ where: { id: 'none' } })))).toBe(
    true,
  );
  expect(uniqueViolation(missing)).toBeUndefined();
});

test('knows a broken reference, from either side', async () => {
  const orphan = { organizationId: 'none', name: 'x', address: '198.18.0.9' };
  expect(isForeignKeyViolation(await failure(database.prisma.server.create({ data: orphan })))).toBe(true);

  const { id } = await database.prisma.server.create({ data: { ...orphan, organizationId: 'o1' } });
  const behind = { organizationId: 'o1', name: 'behind', address: '198.18.0.10', jumpServerId: id };
  await database.prisma.server.create({ data: behind });
  expect(isForeignKeyViolation(await failure(database.prisma.server.delete({ where: { id } })))).toBe(true);
});

test('knows a transaction that lost to another one', async () => {
  const prisma = plainClient(database);
  const lost = await failure(
    prisma.$transaction(
      async (tx) => {
        await tx.organization.findUniqueOrThrow({ where: { id: 'o1' } });
        await prisma.organization.update({ where: { id: 'o1' }, data: { name: 'Other' } });
        await tx.organization.update({ where: { id: 'o1' }, data: { name: 'Mine' } });
      },
      { isolationLevel: 'RepeatableRead' },
    ),
  );
  expect(isSerializationFailure(lost)).toBe(true);

  const lostRaw = await failure(
    prisma.$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT name FROM organization`;
        await prisma.organization.update({ where: { id: 'o1' }, data: { name: 'Another' } });
        await tx.$executeRaw`UPDATE organization SET name = 'Mine'`;
      },
      { isolationLevel: 'RepeatableRead' },
    ),
  );
  expect(isSerializationFailure(lostRaw)).toBe(true);
  expect(isSerializationFailure(new Error('40001'))).toBe(false);
});
