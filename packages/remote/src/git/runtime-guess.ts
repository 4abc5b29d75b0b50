import type { RepositoryFiles } from './repository-files.ts';

/** A guess at an app's runtime, with the files that led to it. `documentRoot` is relative to the repository. */
export interface RuntimeGuess {
  /** null: nothing was recognised, a person has to say. */
  runtime: 'node' | 'php' | 'static' | null;
  evidence: { file: string; says: string }[];
  suggestions: {
    installCommand: string | null;
    buildCommand: string | null;
    startCommand: string | null;
    documentRoot: string | null;
  };
}

type Files = Pick<RepositoryFiles, 'paths' | 'read'>;

/** Judges a tree: PHP by composer.json or an index.php, Node.js by package.json, static by an index.html. */
export async function judgeFiles(files: Files): Promise<RuntimeGuess> {
  return (await judgePhp(files)) ?? (await judgeNode(files)) ?? judgeStatic(files) ?? nothing();
}

function nothing(): RuntimeGuess {
  return {
    runtime: null,
    evidence: [],
    suggestions: { installCommand: null, buildCommand: null, startCommand: null, documentRoot: null },
  };
}

async function judgePhp(files: Files): Promise<RuntimeGuess | null> {
  const entry = ['public/index.php', 'web/index.php', 'index.php'].find((path) => files.paths.has(path));
  const composer = files.paths.has('composer.json') ? await readJson(files, 'composer.json') : null;
  if (!entry && !files.paths.has('artisan') && !files.paths.has('wp-config-sample.php')) return null;
  const evidence: RuntimeGuess['evidence'] = [];
  if (composer) evidence.push({ file: 'composer.json', says: `PHP packages${framework(composer)}` });
  if (entry) evidence.push({ file: entry, says: 'the script that answers requests' });
  if (files.paths.has('artisan')) evidence.push({ file: 'artisan', says: 'Laravel' });
  if (files.paths.has('wp-config-sample.php'))
    evidence.push({ file: 'wp-config-sample.php', says: 'WordPress' });
  const documentRoot = entry?.includes('/')
    ? (entry.split('/')[0] ?? '.')
    : files.paths.has('artisan')
      ? 'public'
      : '.';
  const installCommand = composer
    ? 'composer install --no-dev --no-interaction --prefer-dist --optimize-autoloader'
    : null;
  const assets = await judgeNode(files);
  const buildCommand = assets?.suggestions.buildCommand
    ? [assets.suggestions.installCommand, assets.suggestions.buildCommand].filter(Boolean).join(' && ')
    : null;
  return {
    runtime: 'php',
    evidence,
    suggestions: { installCommand, buildCommand, startCommand: null, documentRoot },
  };
}

function framework(composer: Record<string, unknown>): string {
  const required = Object.keys((composer.require as object | undefined) ?? {});
  if (required.includes('laravel/framework')) return ', Laravel among them';
  if (required.some((name) => name.startsWith('symfony/framework'))) return ', Symfony among them';
  return '';
}

const lockFiles = [
  {
    file: 'pnpm-lock.yaml',
    tool: 'pnpm',
    install: 'corepack pnpm install --frozen-lockfile',
    run: 'corepack pnpm run',
  },
  {
    file: 'yarn.lock',
    tool: 'yarn',
    install: 'corepack yarn install --frozen-lockfile',
    run: 'corepack yarn run',
  },
  { file: 'package-lock.json', tool: 'npm', install: 'npm ci', run: 'npm run' },
  { file: 'npm-shrinkwrap.json', tool: 'npm', install: 'npm ci', run: 'npm run' },
] as const;

async function judgeNode(files: Files): Promise<RuntimeGuess | null> {
  const manifest = files.paths.has('package.json') ? await readJson(files, 'package.json') : null;
  if (!manifest) return null;
  const scripts = (
    typeof manifest.scripts === 'object' && manifest.scripts ? manifest.scripts : {}
  ) as Record<string, unknown>;
  const has = (name: string) => Object.hasOwn(scripts, name) && typeof scripts[name] === 'string';
  const lock = lockFiles.find(({ file }) => files.paths.has(file));
  const run = lock?.run ?? 'npm run';
  const main = [manifest.main, 'server.js', 'index.js', 'app.js'].find(
    (path): path is string =>
      typeof path === 'string' &&
      /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/.test(path) &&
      files.paths.has(path.replace(/^\.\//, '')),
  );
  const evidence = [{ file: 'package.json', says: 'Node.js packages and scripts' }];
  if (lock) evidence.push({ file: lock.file, says: `locked by ${lock.tool}` });
  if (has('start')) evidence.push({ file: 'package.json', says: 'a "start" script' });
  const startCommand = has('start') ? `${run} start` : main ? `node ${main}` : null;
  const site = startCommand === null ? judgeStatic(files) : null;
  if (startCommand === null && !has('build') && site) return null;
  return {
    runtime: startCommand === null && has('build') ? 'static' : 'node',
    evidence,
    suggestions: {
      installCommand: lock?.install ?? 'npm install',
      buildCommand: has('build') ? `${run} build` : null,
      startCommand,
      documentRoot: startCommand === null && has('build') ? 'dist' : null,
    },
  };
}

function judgeStatic(files: Files): RuntimeGuess | null {
  const entry = ['index.html', 'public/index.html', 'dist/index.html', 'web/index.html'].find((path) =>
    files.paths.has(path),
  );
  if (!entry) return null;
  const documentRoot = entry.includes('/') ? (entry.split('/')[0] ?? '.') : '.';
  return {
    runtime: 'static',
    evidence: [{ file: entry, says: 'a page to serve as it is' }],
    suggestions: { installCommand: null, buildCommand: null, startCommand: null, documentRoot },
  };
}

async function readJson(files: Files, path: string): Promise<Record<string, unknown> | null> {
  try {
    const value: unknown = JSON.parse((await files.read(path)) ?? 'null');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
