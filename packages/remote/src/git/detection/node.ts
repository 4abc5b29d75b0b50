import {
  type Evidence,
  type Files,
  lineOf,
  type Manifest,
  noSuggestions,
  type RuntimeGuess,
  readManifest,
} from './guess.ts';
import { judgeStatic } from './static.ts';
import { nodeVersion } from './version.ts';

export const lockFiles = [
  { file: 'pnpm-lock.yaml', tool: 'pnpm', install: 'pnpm install --frozen-lockfile', run: 'pnpm run' },
  { file: 'yarn.lock', tool: 'yarn', install: 'yarn install --frozen-lockfile', run: 'yarn run' },
  { file: 'package-lock.json', tool: 'npm', install: 'npm ci', run: 'npm run' },
  { file: 'npm-shrinkwrap.json', tool: 'npm', install: 'npm ci', run: 'npm run' },
] as const;

export type Lock = (typeof lockFiles)[number];
export const lockOf = ({ paths }: Files): Lock | undefined => lockFiles.find(({ file }) => paths.has(file));

const bunLocks = ['bun.lock', 'bun.lockb'];

/** Node.js, or a static site that is built with it: a package.json. */
export async function judgeNode(files: Files): Promise<RuntimeGuess | null> {
  const manifest = await readManifest(files, 'package.json');
  if (!manifest) return null;
  const script = scriptsOf(manifest);
  const lock = lockOf(files);
  const run = lock?.run ?? 'npm run';
  const main = mainOf(manifest, files);
  const startCommand = script('start') ? `${run} start` : main ? `node ${main}` : null;
  if (startCommand === null && !script('build') && judgeStatic(files)) return null;
  const isSite = startCommand === null && script('build') !== null;
  const evidence: Evidence[] = [
    { field: 'runtime', file: 'package.json', line: null, says: 'Node.js packages and scripts' },
    ...(await installEvidence(files, manifest, lock?.file, lock?.tool)),
  ];
  const asked = await nodeVersion(files);
  evidence.push(...asked.evidence);
  const build = script('build');
  const start = script('start');
  if (build) evidence.push({ field: 'buildCommand', ...build });
  if (start) evidence.push({ field: 'startCommand', ...start });
  else if (main) evidence.push({ field: 'startCommand', ...mainLine(manifest, main) });
  if (isSite && build) evidence.push({ field: 'documentRoot', ...build, says: 'where builds usually go' });
  return {
    runtime: isSite ? 'static' : 'node',
    evidence,
    suggestions: {
      ...noSuggestions,
      installCommand: lock === undefined ? 'npm install' : await installOf(files, lock),
      runtimeVersion: asked.version,
      buildCommand: build ? `${run} build` : null,
      startCommand,
      documentRoot: isSite ? 'dist' : null,
    },
  };
}

/** Installs what a lock file says. */
export const installOf = async (files: Files, { file, install }: Lock): Promise<string> =>
  (await isBerry(files, file)) ? 'yarn install --immutable' : install;

/** Yarn from 2 on has another word for it, and another format of its lock file. */
async function isBerry(files: Files, lock: string): Promise<boolean> {
  if (lock !== 'yarn.lock') return false;
  return files.paths.has('.yarnrc.yml') || /^__metadata:/m.test((await files.read(lock)) ?? '');
}

async function installEvidence(
  files: Files,
  { text, value }: Manifest,
  lock: string | undefined,
  tool: string | undefined,
): Promise<Evidence[]> {
  const found: Evidence[] = [];
  const add = (file: string, line: number | null, says: string) =>
    found.push({ field: 'installCommand', file, line, says });
  if (lock === undefined) add('package.json', null, 'no lock file beside it that could be kept to');
  else add(lock, null, `locked by ${tool}`);
  if (typeof value.packageManager === 'string')
    add(
      'package.json',
      lineOf(text, /"packageManager"\s*:/),
      `names ${value.packageManager.split('+')[0]?.slice(0, 60)}, which the build installs`,
    );
  for (const bun of bunLocks.filter((path) => files.paths.has(path)))
    add(bun, null, 'Bun is not supported: its lock file is not kept to');
  return found;
}

/** How an app of another runtime builds its pages with Node.js; null where it builds none. */
export async function judgeAssets(files: Files): Promise<{ command: string | null; evidence: Evidence[] }> {
  const assets = await judgeNode(files);
  if (!assets?.suggestions.buildCommand) return { command: null, evidence: [] };
  return {
    command: [assets.suggestions.installCommand, assets.suggestions.buildCommand]
      .filter(Boolean)
      .join(' && '),
    evidence: assets.evidence
      .filter(({ field }) => field === 'installCommand' || field === 'buildCommand')
      .map((each) => ({ ...each, field: 'buildCommand' })),
  };
}

/** Finds a script by its name, with its line. */
function scriptsOf({ text, value }: Manifest) {
  const scripts = (typeof value.scripts === 'object' && value.scripts ? value.scripts : {}) as Record<
    string,
    unknown
  >;
  const from = Math.max(text.search(/"scripts"\s*:/), 0);
  return (name: 'build' | 'start') =>
    Object.hasOwn(scripts, name) && typeof scripts[name] === 'string'
      ? {
          file: 'package.json',
          line: lineOf(text, new RegExp(`"${name}"\\s*:`), from),
          says: `a "${name}" script`,
        }
      : null;
}

function mainOf({ value }: Manifest, files: Files): string | undefined {
  return [namedMain(value), 'server.js', 'index.js', 'app.js'].find(
    (path): path is string =>
      path !== null && /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/.test(path) && files.paths.has(path),
  );
}

const namedMain = ({ main }: Manifest['value']) =>
  typeof main === 'string' ? main.replace(/^\.\//, '') : null;

function mainLine({ text, value }: Manifest, main: string): Omit<Evidence, 'field'> {
  return namedMain(value) === main
    ? { file: 'package.json', line: lineOf(text, /"main"\s*:/), says: 'the main file' }
    : { file: main, line: null, says: 'the file that is usually started' };
}
