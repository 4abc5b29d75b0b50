/** How much of a repository is read at most. */
export const readingLimits = {
  files: 2_000,
  fileBytes: 128 << 10,
  totalBytes: 6 << 20,
  paths: 20_000,
} as const;

/** Folders of other people's code, of what is built, and of what never runs on a backend. */
const skippedFolders = new Set(
  'node_modules vendor bower_components third_party .git .github .next .nuxt .output dist build coverage wp-includes wp-admin __pycache__ venv .venv env site-packages test tests __tests__ __mocks__ spec specs e2e cypress playwright fixtures docs doc examples storybook .storybook stubs'.split(
    ' ',
  ),
);
const readEndings = /\.(?:php|phtml|inc|[cm]?[jt]s|[jt]sx|py|toml|ya?ml|ini|prisma)$/;
const readNames =
  /^(?:package\.json|composer\.json|Pipfile|Procfile|\.htaccess|\.user\.ini|\.env(?:\.(?:local|prod|production))?|requirements[^/]*\.txt|(?:[\w-]+\.)?(?:Dockerfile|Containerfile)(?:\.[\w-]+)?)$/;
const skippedNames =
  /\.(?:test|spec|stories|min|d)\.[cm]?[jt]sx?$|(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$|Test\.php$/;
/** Characters that would make a path look like another one, or like several lines. */
const misleading = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Whether a path can be shown as it is. */
export const isPlainPath = (path: string): boolean => path.length <= 300 && !misleading.test(path);

/** Whether a file's text can tell anything; decided by its name alone. */
export function isWorthReading(path: string): boolean {
  if (!isPlainPath(path)) return false;
  const folders = path.split('/');
  const name = folders.pop() ?? '';
  if (folders.length > 20 || folders.some((folder) => skippedFolders.has(folder))) return false;
  if (skippedNames.test(name)) return false;
  return readNames.test(name) || readEndings.test(name) || isRequirements(folders, name);
}

const isRequirements = (folders: readonly string[], name: string) =>
  folders.at(-1) === 'requirements' && name.endsWith('.txt');

/** What to read of a tree, the most telling first: what a huge tree leaves out is what lies deepest. */
export function worthReading(paths: readonly string[]): string[] {
  const rank = (path: string) => path.split('/').length + (/(?:^|\/)(?:config|settings)/.test(path) ? -2 : 0);
  return paths
    .filter(isWorthReading)
    .map((path) => ({ path, rank: rank(path) }))
    .sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1))
    .map(({ path }) => path);
}
