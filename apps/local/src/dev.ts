/** `npm run dev`: embedded Postgres, the dashboard with hot reload, the worker restarted at every change. Data stays in `.fairlead/`. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, startEmbeddedPostgres } from '@fairlead/db';
import { controlPlaneEnvironment } from './environment.ts';
import { repositoryRoot } from './places.ts';
import { createProgress } from './progress.ts';

const progress = createProgress();
const dataDir = join(
  process.getuid?.() === 0 ? '/var/lib/fairlead' : join(repositoryRoot, '.fairlead'),
  'dev',
);
mkdirSync(dataDir, { recursive: true });
const postgres = await progress.step('starting the embedded Postgres', () =>
  startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres') }),
);
await progress.step('migrating the database', () => migrate(postgres.url));

const url = 'http://localhost:3000';
const env = { ...process.env, ...controlPlaneEnvironment({ dataDir, databaseUrl: postgres.url, url }) };
const children = [
  spawn('npx', ['next', 'dev', '--port', '3000'], {
    cwd: join(repositoryRoot, 'apps/web'),
    env,
    stdio: 'inherit',
  }),
  spawn('npx', ['tsx', 'watch', '--clear-screen=false', 'apps/worker/src/main.ts'], {
    cwd: repositoryRoot,
    env,
    stdio: 'inherit',
  }),
];
progress.say(`dashboard at ${url}; Ctrl-C ends everything`);

let ending = false;
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  const gone = children.map((child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(gone);
  await postgres.stop();
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0));
for (const child of children) child.once('close', (code) => void end(code ?? 1));
