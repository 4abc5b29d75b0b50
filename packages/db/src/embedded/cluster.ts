import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@fairlead/errors';
import type { DatabaseUser } from './database-user.ts';

/** The role that owns the cluster and the database in it. */
export const roleName = 'fairlead';

export interface ClusterOptions {
  initdb: string;
  user: DatabaseUser | null;
  dataDir: string;
  disposable: boolean;
  onLog(line: string): void;
}

/** Made once, kept beside the cluster for its owner's eyes. */
async function keptPassword(file: string): Promise<string> {
  if (!existsSync(file)) await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return (await readFile(file, 'utf8')).trim();
}

function runInitdb(options: ClusterOptions, folder: string, passwordFile: string): Promise<void> {
  const argv = [
    `--pgdata=${folder}`,
    `--username=${roleName}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Sorts alike on every machine, whichever locales it has.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    ...(options.disposable ? ['--no-sync'] : []),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(options.initdb, argv, {
      ...options.user,
      cwd: '/',
      env: { LC_ALL: 'C', TZ: 'UTC', NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      for (const line of output.split('\n').filter(Boolean)) options.onLog(line);
      if (code === 0) resolve();
      else
        reject(
          new AppError('internal', 'The embedded Postgres could not make its data folder.', {
            cause: output,
          }),
        );
    });
  });
}

/**
 * Makes the cluster in `<dataDir>/cluster` where there is none; one that was being made when the machine stopped is begun anew.
 *
 * @returns its folder and the password of its role
 */
export async function ensureCluster(options: ClusterOptions): Promise<{ cluster: string; password: string }> {
  const cluster = join(options.dataDir, 'cluster');
  const password = await keptPassword(join(options.dataDir, 'password'));
  if (existsSync(join(cluster, 'PG_VERSION'))) return { cluster, password };

  const workshop = join(options.dataDir, 'unfinished');
  const passwordFile = join(workshop, 'password');
  await rm(workshop, { recursive: true, force: true });
  await mkdir(workshop, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (options.user !== null) {
    await chown(passwordFile, options.user.uid, options.user.gid);
    await chown(workshop, options.user.uid, options.user.gid);
  }
  await runInitdb(options, join(workshop, 'cluster'), passwordFile);
  await rename(join(workshop, 'cluster'), cluster);
  await rm(workshop, { recursive: true });
  return { cluster, password };
}
