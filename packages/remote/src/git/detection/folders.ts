import type { RepositoryFiles } from '../repository-files.ts';
import type { DetectedRuntime, Files, RuntimeGuess } from './guess.ts';
import { judgeFiles } from './judge.ts';
import { isMember, readWorkspace, type Workspace } from './workspace.ts';

/** A folder that looks like an app of its own. */
export interface AppFolder {
  path: string;
  runtime: DetectedRuntime;
}

/** How many folders are looked into. */
const most = 24;
/** How deep they lie. */
const deepest = 3;

/** Files by which a folder may be an app. */
const marks =
  /^(?:package\.json|Dockerfile|Containerfile|(?:docker-)?compose\.ya?ml|manage\.py|requirements\.txt|pyproject\.toml|composer\.json|artisan|wp-config-sample\.php|index\.(?:php|html)|app\.py|main\.py|wsgi\.py|asgi\.py)$/;
/** Folders of other people's code, of what is built, and of what is shown or tried. */
const skipped =
  /^(?:\..*|node_modules|vendor|third_party|dist|build|coverage|tests?|__tests__|specs?|e2e|fixtures|docs?|examples?|samples?|templates?|stubs)$/;
/** Where a page or script is that its parent folder serves. */
const served = /\/(?:public|web|dist)$/;
const pages = /^(?:(?:public\/|src\/)?index\.html|angular\.json|[\w.-]+\.config\.[cm]?[jt]s)$/;

const packageLists = ['requirements.txt', 'pyproject.toml'];

/** Whether the tree's root is a place for several apps rather than one. */
export async function isForSeveral(
  files: Files,
  { runtime, suggestions, evidence }: RuntimeGuess,
): Promise<boolean> {
  if (runtime === null) return true;
  // An application one folder deeper, which has packages of its own.
  const isDeeper = evidence.every(({ field, file }) => field !== 'runtime' && file.includes('/'));
  if (runtime === 'python' && isDeeper) {
    const [folder = ''] = evidence[0]?.file.split('/') ?? [];
    return packageLists.some((name) => files.paths.has(`${folder}/${name}`));
  }
  const isBuildAlone = (runtime === 'static' || runtime === 'node') && suggestions.startCommand === null;
  return isBuildAlone && !hasPages(files) && (await readWorkspace(files)) !== null;
}

/** Folders that look like apps, the likeliest first: packages of a workspace that start or are served, and others; none within another. */
export async function findFolders(files: RepositoryFiles): Promise<AppFolder[]> {
  const workspace = await readWorkspace(files);
  const candidates = candidatesIn(files.paths, workspace);
  const views = candidates.map((path) => ({ path, tree: viewOf(files, path) }));
  await files.fetch(views.flatMap(({ path, tree }) => tellingIn(tree).map((name) => `${path}/${name}`)));
  const found: AppFolder[] = [];
  for (const { path, tree } of views) {
    if (found.some((each) => path.startsWith(`${each.path}/`))) continue;
    const guess = await judgeFiles(tree, { folder: path, root: files, isFixed: false });
    const runtime = runtimeOf(guess, tree);
    if (runtime !== null) found.push({ path, runtime });
  }
  return found;
}

function candidatesIn(paths: ReadonlySet<string>, workspace: Workspace | null): string[] {
  const found = new Set<string>();
  for (const path of paths) {
    const at = path.lastIndexOf('/');
    if (at === -1 || !marks.test(path.slice(at + 1))) continue;
    const folder = /index\.\w+$/.test(path) ? path.slice(0, at).replace(served, '') : path.slice(0, at);
    const parts = folder.split('/');
    if (parts.length <= deepest && !parts.some((part) => skipped.test(part)) && isNameable(folder))
      found.add(folder);
  }
  const rank = (folder: string) =>
    folder.split('/').length * 4 -
    (workspace && isMember(workspace, folder) ? 2 : 0) -
    (folder.startsWith('apps/') ? 5 : 0);
  return [...found].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).slice(0, most);
}

/** As the setting takes it. */
const isNameable = (folder: string) => folder.length <= 200 && /^[A-Za-z0-9_][A-Za-z0-9._/-]*$/.test(folder);

function viewOf(files: RepositoryFiles, folder: string): Files {
  const start = `${folder}/`;
  const inside = [...files.paths].filter((path) => path.startsWith(start));
  return {
    paths: new Set(inside.map((path) => path.slice(start.length))),
    read: (path) => files.read(start + path),
  };
}

/** What a judge is likely to read. */
function tellingIn({ paths }: Files): string[] {
  const telling = [...paths].filter(
    (path) =>
      marks.test(path) ||
      /^(?:\.nvmrc|\.node-version|\.python-version|yarn\.lock|[A-Za-z_]\w*\.py)$/.test(path),
  );
  return telling.slice(0, 20);
}

/** A library has no start, and what is built without a page is none to serve. */
function runtimeOf({ runtime, suggestions }: RuntimeGuess, tree: Files): DetectedRuntime | null {
  const starts = suggestions.startCommand !== null;
  if (runtime === 'node' || runtime === 'python') return starts ? runtime : null;
  return runtime === 'static' && !hasPages(tree) ? null : runtime;
}

const hasPages = ({ paths }: Files) => [...paths].some((path) => pages.test(path));
