// Writes the migration from the last one to prisma/schema.prisma: npm run migration -w @fairlead/db -- <name>
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { migrate, startEmbeddedPostgres } from '../src/index.ts';

const name = process.argv[2] ?? '';
if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error('Give the migration a name in snake_case.');

const root = join(import.meta.dirname, '../../..');
const cli = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build/index.js');
const dataDir = await mkdtemp(join(tmpdir(), 'fairlead-migration-'));
const postgres = await startEmbeddedPostgres({ dataDir, disposable: true });
try {
  await migrate(postgres.url);
  const argv = [
    'migrate',
    'diff',
    '--from-config-datasource',
    '--to-schema',
    'prisma/schema.prisma',
    '--script',
  ];
  const env = { ...process.env, DATABASE_URL: postgres.url };
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...argv], { cwd: root, env });
  if (stdout.includes('This is an empty migration')) {
    console.log('The migrations make this schema already.');
  } else {
    const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
    const folder = join('prisma/migrations', `${stamp}_${name}`);
    await mkdir(join(root, folder));
    await writeFile(join(root, folder, 'migration.sql'), `${stdout.trim()}\n`);
    console.log(`${folder}/migration.sql`);
  }
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true });
}
