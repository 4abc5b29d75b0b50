import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AppError } from '@fairlead/errors';
import pg from 'pg';

const run = promisify(execFile);
const undefinedTable = '42P01';
const undefinedDatabase = '3D000';

export interface MigrateOptions {
  /** The checkout with `prisma.config.ts` and `prisma/migrations`; default: the one that this file is part of. */
  root?: string;
}

interface Migration {
  name: string;
  checksum: string;
}

async function migrationsOf(root: string): Promise<Migration[]> {
  const folder = join(root, 'prisma/migrations');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const script = await readFile(join(folder, name, 'migration.sql'));
      return { name, checksum: createHash('sha256').update(script).digest('hex') };
    }),
  );
}

/** What Prisma has written down as done; a migration that failed or was edited is not. */
async function appliedIn(url: string): Promise<Migration[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows } = await client.query<Migration>(
      'SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    );
    return rows;
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (code === undefinedTable || code === undefinedDatabase) return [];
    throw error;
  } finally {
    await client.end();
  }
}

/**
 * Brings the database to `prisma/migrations` by `prisma migrate deploy` (which makes the database where there is none and lets one process
 * at a time migrate). Returns at once, without Prisma, where nothing is pending.
 *
 * @param url `postgresql://user:password@host:port/database`
 * @returns names of the migrations that were pending
 * @throws AppError `conflict` where an applied migration was edited since, `internal` where Prisma fails (cause: what it printed)
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<string[]> {
  const root = options.root ?? join(dirname(fileURLToPath(import.meta.url)), '../../..');
  const [wanted, applied] = await Promise.all([migrationsOf(root), appliedIn(url)]);
  const checksums = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  const edited = wanted.find(({ name, checksum }) => checksums.has(name) && checksums.get(name) !== checksum);
  if (edited !== undefined) {
    throw new AppError('conflict', `Migration ${edited.name} was changed after this database took it.`, {
      hint: 'Put the migration back and write the change as a new one.',
    });
  }
  const pending = wanted.filter(({ name }) => !checksums.has(name));
  if (pending.length === 0) return [];

  const prisma = join(
    dirname(createRequire(join(root, 'package.json')).resolve('prisma/package.json')),
    'build/index.js',
  );
  const argv = [prisma, 'migrate', 'deploy', '--config', join(root, 'prisma.config.ts')];
  try {
    await run(process.execPath, argv, {
      cwd: root,
      env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, DATABASE_URL: url, NODE_ENV: 'production' },
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    const cause = stderr === undefined ? error : `${stdout}${stderr}`.replaceAll(url, '[redacted]');
    throw new AppError('internal', 'The database could not be migrated.', { cause });
  }
  return pending.map(({ name }) => name);
}
