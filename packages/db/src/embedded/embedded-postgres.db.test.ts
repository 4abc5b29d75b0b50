import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { locateBinaries } from './binaries.ts';
import { databaseUser } from './database-user.ts';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';
import { freePort } from './free-port.ts';
import { processIdentity } from './process-identity.ts';
import { startServer } from './server-process.ts';

const starter = fileURLToPath(new URL('testing-starter.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;
const run = promisify(execFile);
let scratch: string;
/** A folder with a stopped cluster, copied for each test: making one takes longer than most tests. */
let template: string;
let dataDir: string;
const running: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'fairlead-embedded-'));
  template = join(scratch, 'template');
  await (await startEmbeddedPostgres({ dataDir: template, disposable: true })).stop();
});
beforeEach(async () => {
  dataDir = join(scratch, 'data');
  await run('cp', ['-a', template, dataDir]);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((postgres) => postgres.stop()));
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(dataDir, { recursive: true });
});
afterAll(() => rm(scratch, { recursive: true }));

async function start(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, disposable: true, ...options });
  running.push(postgres);
  return postgres;
}

async function query<R>(url: string, sql: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as R[];
  } finally {
    await client.end();
  }
}

async function postmasterPid(): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'cluster/postmaster.pid'), 'utf8'), 10);
}

test('keeps data and password over a stop, listens on the loopback alone and waits for the disk', async () => {
  const first = await start({ disposable: false });
  await query(first.url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
  const settings = await query<{ name: string; setting: string }>(
    first.url,
    "SELECT name, setting FROM pg_settings WHERE name IN ('listen_addresses', 'unix_socket_directories', 'fsync', 'TimeZone')",
  );
  expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'on',
    TimeZone: 'UTC',
  });
  await first.stop();
  await first.ended;

  const again = await start();
  expect(new URL(again.url).password).toBe(new URL(first.url).password);
  expect(await query(again.url, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
  expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
});

test('asks for the password', async () => {
  const { url } = await start();
  const wrong = new URL(url);
  wrong.password = 'guess';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
});

test('refuses a folder that a living process runs, and names the process', async () => {
  await start();
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(`process ${process.pid}`);
});

test('says so where the wanted port is taken', async () => {
  const { url } = await start();
  const elsewhere = join(dataDir, 'second');
  const wanted = startEmbeddedPostgres({
    dataDir: elsewhere,
    disposable: true,
    port: Number(new URL(url).port),
  });
  await expect(wanted).rejects.toMatchObject({ code: 'port-taken' });
});

test('after its starter was killed the data is there, and nothing of the old server runs on', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', starter, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  await query(String(printed).trim(), 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
  const pid = await postmasterPid();
  const identity = await processIdentity(pid);
  expect(identity).not.toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');

  const { url } = await start();
  expect(await query(url, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
  expect(await processIdentity(pid)).not.toBe(identity);
});

test('stops a server of this folder that was left running, and no other', async () => {
  await run('cp', ['-a', template, join(dataDir, 'other')]);
  const other = await start({ dataDir: join(dataDir, 'other') });
  const user = await databaseUser(join(dataDir, 'cluster'));
  const { postgres } = await locateBinaries(user, dataDir);
  const cluster = join(dataDir, 'cluster');
  const port = await freePort();
  const orphan = await startServer({ postgres, user, cluster, port, disposable: true, onLog: () => {} });

  const { url } = await start();
  await orphan.ended;
  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(await query(other.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('loses nothing that was committed when the server itself is killed', async () => {
  const first = await start({ disposable: false });
  await query(first.url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
  process.kill(await postmasterPid(), 'SIGKILL');
  await first.ended;
  await first.stop();
  const { url } = await start();
  expect(await query(url, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
});

test("is not misled by a stranger that has the old server's number by now", async () => {
  const user = await databaseUser(join(dataDir, 'cluster'));
  const stranger = spawn('sleep', ['600'], { ...user, stdio: 'ignore' });
  children.push(stranger);
  await once(stranger, 'spawn');
  const pidFile = join(dataDir, 'cluster/postmaster.pid');
  await writeFile(pidFile, `${stranger.pid}\n${dataDir}/cluster\n1\n5432\n\n127.0.0.1\n\nready   \n`);
  const { url } = await start();
  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

test('begins anew where making the cluster was interrupted', async () => {
  const interrupted = join(dataDir, 'fresh');
  await mkdir(join(interrupted, 'unfinished/cluster'), { recursive: true });
  await writeFile(join(interrupted, 'unfinished/cluster/PG_VERSION'), '18\n');
  const { url } = await start({ dataDir: interrupted });
  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test.runIf(isRoot)(
  'as root: runs as somebody else, who may pass the closed folders on the way but not read there',
  async () => {
    await chmod(dataDir, 0o700);
    const inside = join(dataDir, 'a/postgres');
    await start({ dataDir: inside });
    const cluster = await stat(join(inside, 'cluster'));
    expect(cluster.uid).not.toBe(0);
    for (const folder of [dataDir, join(dataDir, 'a'), inside]) {
      const { mode, uid, gid } = await stat(folder);
      expect({ mode: mode & 0o777, uid, gid }).toEqual({ mode: 0o710, uid: 0, gid: cluster.gid });
    }
  },
);

test.runIf(isRoot)('as root: copies the programs where their package is out of reach', async () => {
  const user = await databaseUser(join(dataDir, 'cluster'));
  const inReach = await locateBinaries(user, dataDir);
  const native = dirname(dirname(inReach.postgres));
  const closed = join(dataDir, 'closed');
  await cp(dirname(native), closed, { recursive: true, verbatimSymlinks: true });
  await chmod(closed, 0o700);
  await chmod(dataDir, 0o711);

  const { postgres } = await locateBinaries(user, join(dataDir, 'copies'), closed);
  expect(postgres.startsWith(join(dataDir, 'copies'))).toBe(true);
  expect((await run(postgres, ['--version'], { ...user, cwd: '/' })).stdout).toContain('PostgreSQL');
});
