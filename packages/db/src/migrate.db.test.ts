import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from './migrate.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let database: TestDatabase;
let checkout: string;

beforeEach(async () => {
  database = await createTestDatabase();
  checkout = await mkdtemp(join(tmpdir(), 'fairlead-migrate-'));
  await cp(join(root, 'prisma'), join(checkout, 'prisma'), { recursive: true });
  for (const part of ['prisma.config.ts', 'package.json']) await cp(join(root, part), join(checkout, part));
  for (const part of ['node_modules', 'packages']) await symlink(join(root, part), join(checkout, part));
});
afterEach(async () => {
  await database.close();
  await rm(checkout, { recursive: true });
});

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(checkout, 'prisma/migrations', name));
  await writeFile(join(checkout, 'prisma/migrations', name, 'migration.sql'), sql);
}

test('the migrations make exactly the schema', async () => {
  const cli = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build/index.js');
  const argv = [
    'migrate',
    'diff',
    '--from-config-datasource',
    '--to-schema',
    'prisma/schema.prisma',
    '--script',
  ];
  const env = { PATH: process.env.PATH ?? '', DATABASE_URL: database.url };
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...argv], { cwd: root, env });
  expect(stdout.trim()).toBe('-- This is an empty migration.');
});

test('takes no time where nothing is pending, and applies what is', async () => {
  const started = performance.now();
  expect(await migrate(database.url, { root: checkout })).toEqual([]);
  const idleMs = performance.now() - started;

  await addMigration('99990101000000_more', 'CREATE TABLE more (id int);');
  const began = performance.now();
  expect(await migrate(database.url, { root: checkout })).toEqual(['99990101000000_more']);
  // Applying starts a program of seconds; a look at what is applied starts none.
  expect(idleMs).toBeLessThan((performance.now() - began) / 2);
  expect(await database.prisma.$queryRaw`SELECT * FROM more`).toEqual([]);
  expect(await migrate(database.url, { root: checkout })).toEqual([]);
});

test("a migration that fails is named in the cause, with Postgres's own words and without the password", async () => {
  await addMigration('99990101000000_broken', 'CREATE TABLE broken (id nonsense);');
  const failure = await migrate(database.url, { root: checkout }).catch((error: Error) => error);
  expect(failure).toMatchObject({ code: 'internal', message: 'The database could not be migrated.' });
  const cause = String((failure as Error).cause);
  expect(cause).toContain('99990101000000_broken');
  expect(cause).toContain('type "nonsense" does not exist');
  expect(cause).not.toContain(new URL(database.url).password);
});

test('refuses an applied migration that was edited', async () => {
  await addMigration('99990101000000_more', 'CREATE TABLE more (id int);');
  await migrate(database.url, { root: checkout });
  const script = join(checkout, 'prisma/migrations/99990101000000_more/migration.sql');
  await writeFile(script, 'CREATE TABLE more (id bigint);');
  await expect(migrate(database.url, { root: checkout })).rejects.toMatchObject({ code: 'conflict' });
});

test('makes the database where there is none', async () => {
  const url = new URL(database.url);
  url.pathname += '_fresh';
  expect((await migrate(url.href)).length).toBeGreaterThan(0);
  expect(await migrate(url.href)).toEqual([]);
  await database.prisma.$executeRawUnsafe(`DROP DATABASE "${url.pathname.slice(1)}"`);
});
