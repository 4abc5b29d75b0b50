import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { acquireLeases, type HeldLeases, releaseLeases, renewLeases } from './leases.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

const minuteMs = 60_000;
let database: TestDatabase;
let other: TestDatabase['prisma'];

beforeAll(async () => {
  database = await createTestDatabase();
  other = database.prisma;
});
beforeEach(() => database.prisma.lease.deleteMany());
afterAll(() => database.close());

async function taken(resources: string[], holder: string, ttlMs = minuteMs): Promise<HeldLeases> {
  const leases = await acquireLeases(database.prisma, resources, holder, ttlMs);
  if (leases === null) throw new Error(`${holder} did not get ${resources}`);
  return leases;
}

test('takes all or nothing', async () => {
  await taken(['server:b'], 'one');
  expect(await acquireLeases(other, ['server:c', 'server:a', 'server:b'], 'two', minuteMs)).toBeNull();
  const rows = await database.prisma.lease.findMany();
  expect(rows.map(({ resource, holder }) => ({ resource, holder }))).toEqual([
    { resource: 'server:b', holder: 'one' },
  ]);
  expect((await taken(['server:c', 'server:a', 'server:c'], 'two')).tokens.size).toBe(2);
});

test('of many who ask at once for crossing sets exactly those win that exclude nobody, without a deadlock', async () => {
  const servers = ['server:1', 'server:2', 'server:3', 'server:4'];
  for (let round = 0; round < 10; round += 1) {
    await database.prisma.lease.deleteMany();
    const asked = Array.from(
      { length: 8 },
      (_, at) => [servers[at % 4], servers[(at + 1 + (round % 3)) % 4]] as string[],
    );
    const answers = await Promise.all(
      asked.map((set, at) => acquireLeases(database.prisma, set, `holder-${at}`, minuteMs)),
    );
    const held = answers.flatMap((answer) => (answer === null ? [] : [...answer.tokens.keys()]));
    expect(held.length).toBeGreaterThan(0);
    expect(new Set(held).size).toBe(held.length);
  }
});

test('an expired lease goes to the next holder with a higher token, and the old holder learns of it', async () => {
  const first = await taken(['server:a', 'server:b'], 'one', 1);
  const second = await expect
    .poll(() => acquireLeases(other, ['server:a'], 'two', minuteMs))
    .not.toBeNull()
    .then(() => taken(['server:a'], 'two'));
  expect(second.tokens.get('server:a')).toBeGreaterThan(first.tokens.get('server:a') ?? 0n);
  expect(await renewLeases(database.prisma, first, minuteMs)).toBe(false);
  await releaseLeases(database.prisma, first);
  expect(await renewLeases(other, second, minuteMs)).toBe(true);
  expect(await acquireLeases(database.prisma, ['server:a'], 'three', minuteMs)).toBeNull();
});

test('renewing keeps others out beyond the first expiry', async () => {
  const leases = await taken(['poller'], 'one', 1);
  expect(await renewLeases(database.prisma, leases, minuteMs)).toBe(true);
  expect(await acquireLeases(other, ['poller'], 'two', minuteMs)).toBeNull();
});

test('tokens only grow: through release, the same holder again, and expiry', async () => {
  const seen: bigint[] = [];
  for (const holder of ['one', 'two', 'two', 'one']) {
    const leases = await taken(['server:a'], holder);
    seen.push(leases.tokens.get('server:a') ?? 0n);
    await releaseLeases(database.prisma, leases);
    expect(await renewLeases(database.prisma, leases, minuteMs)).toBe(false);
  }
  expect(seen).toEqual([1n, 2n, 3n, 4n]);
});

test('a holder that asks again keeps its token, and may take more', async () => {
  const first = await taken(['server:a'], 'one');
  const again = await taken(['server:a', 'server:b'], 'one');
  expect(again.tokens.get('server:a')).toBe(first.tokens.get('server:a'));
  expect(again.tokens.size).toBe(2);
  expect(await renewLeases(database.prisma, first, minuteMs)).toBe(true);
});

test('one of two leases lost counts as lost', async () => {
  const both = await taken(['server:a', 'server:b'], 'one');
  await database.prisma.lease.update({
    where: { resource: 'server:b' },
    data: { holder: 'two', fencingToken: 9n },
  });
  expect(await renewLeases(database.prisma, both, minuteMs)).toBe(false);
});

test("time is the database's, not the caller's", async () => {
  const leases = await taken(['server:a'], 'one');
  const [row] = await database.prisma.$queryRaw<{ leftMs: number }[]>`
    SELECT extract(epoch FROM "expiresAt" - (now() AT TIME ZONE 'UTC'))::float8 * 1000 AS "leftMs" FROM lease`;
  expect(row?.leftMs).toBeGreaterThan(minuteMs - 10_000);
  expect(row?.leftMs).toBeLessThanOrEqual(minuteMs);
  expect(leases.holder).toBe('one');
});
