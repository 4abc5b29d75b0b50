import { fetchObjects } from './fetch-objects.ts';
import { type GitOptions, GitSession } from './git-command.ts';
import { followingGitSuffix } from './list-remote.ts';
import { checkBranchName } from './repository-address.ts';
import { fetchFiles } from './repository-files.ts';

/** Names of a commit's files, and the text of some. */
export interface RepositoryTree {
  /** 40 hexadecimal digits. */
  commit: string;
  /** Names of regular files; symbolic links and submodules are left out, so nothing leads out of the tree. */
  paths: string[];
  files: { path: string; text: string }[];
  /** Names that were chosen and are too many, too long, or no text. */
  unread: string[];
}

export interface TreeRequest {
  repositoryUrl: string;
  branch: string;
  /** Only what lies in this folder, named from there, `/` between folders; null: all of it. */
  folder: string | null;
  /** Which of the names to read, the most telling first. */
  choose: (paths: readonly string[]) => readonly string[];
  /** `files` and `paths` are counts. */
  limits: { files: number; fileBytes: number; totalBytes: number; paths: number };
  signal?: AbortSignal;
}

/** Names of a huge tree come to more; it is not read at all then. */
const maxListingBytes = 16 << 20;
/** What a server that can't leave contents out may send. */
const maxDiskBytes = 256 << 20;

/**
 * Reads the head of a branch: all names, and the contents of those that `choose` picks, in three questions however many they are. Nothing of it is checked out or run.
 * Throws `repository-unreachable` (`details.reason`), `branch-not-found`, `invalid-input`, `cancelled`.
 */
export async function readTree(request: TreeRequest, options: GitOptions = {}): Promise<RepositoryTree> {
  checkBranchName(request.branch);
  const bounded = { timeoutMs: 30_000, maxDiskBytes, ...options };
  return await followingGitSuffix(request.repositoryUrl, (url) =>
    GitSession.with(url, bounded, request.signal, (git) => readFrom(git, request)),
  );
}

async function readFrom(
  git: GitSession,
  { branch, folder, choose, limits }: TreeRequest,
): Promise<RepositoryTree> {
  const commit = await fetchFiles(git, `refs/heads/${branch}`);
  const listing = await git.run(['ls-tree', '-r', '-z', '--full-tree', commit], maxListingBytes);
  const ids = inFolder(parseListing(listing), folder);
  const paths = [...ids.keys()].slice(0, limits.paths);
  const chosen = [...choose([...ids.keys()])];
  const wanted = chosen.slice(0, limits.files);
  const idOf = (path: string) => ids.get(path) ?? '';
  const objects = [...new Set(wanted.map(idOf))].filter((id) => id !== '');
  await fetchObjects(git, objects);
  const sizes = await sizesOf(git, objects);
  const fitting = fit(wanted, (path) => sizes.get(idOf(path)) ?? Number.POSITIVE_INFINITY, limits);
  const texts = await readTexts(git, [...new Set(fitting.map(idOf))], limits.totalBytes);
  const files = fitting.flatMap((path) => {
    const text = texts.get(idOf(path));
    return text === undefined ? [] : [{ path, text }];
  });
  const read = new Set(files.map(({ path }) => path));
  return { commit, paths, files, unread: chosen.filter((path) => !read.has(path)) };
}

/** `<mode> blob <id>\t<path>` of regular files. */
function parseListing(listing: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of listing.split('\0')) {
    const [, id, path] = /^100\d{3} blob ([0-9a-f]{40,64})\t(.*)$/s.exec(line) ?? [];
    if (id !== undefined && path !== undefined) found.set(path, id);
  }
  return found;
}

function inFolder(ids: Map<string, string>, folder: string | null): Map<string, string> {
  if (folder === null) return ids;
  const start = `${folder}/`;
  const inside = [...ids].filter(([path]) => path.startsWith(start));
  return new Map(inside.map(([path, id]) => [path.slice(start.length), id]));
}

async function sizesOf(git: GitSession, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const output = await git.bytes(['cat-file', '--batch-check=%(objectname) %(objectsize)'], lines(ids));
  return new Map(
    output
      .toString('latin1')
      .split('\n')
      .map((line): [string, number] => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])])
      .filter(([, size]) => Number.isInteger(size)),
  );
}

/** Those that fit, in their order; one that is too long makes room for the next. */
function fit(
  paths: readonly string[],
  sizeOf: (path: string) => number,
  { fileBytes, totalBytes }: TreeRequest['limits'],
): string[] {
  let left = totalBytes;
  return paths.filter((path) => {
    const size = sizeOf(path);
    if (size > fileBytes || size > left) return false;
    left -= size;
    return true;
  });
}

/** Contents by id; what holds a zero byte is no text. */
async function readTexts(
  git: GitSession,
  ids: readonly string[],
  totalBytes: number,
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const output = await git.bytes(['cat-file', '--batch'], lines(ids), totalBytes + ids.length * 100);
  const found = new Map<string, string>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const [id, type, size] = output.toString('latin1', at, end === -1 ? output.length : end).split(' ');
    if (end === -1 || id === undefined || type !== 'blob') break;
    const content = output.subarray(end + 1, end + 1 + Number(size));
    if (!content.includes(0)) found.set(id, content.toString('utf8'));
    at = end + Number(size) + 2;
  }
  return found;
}

const lines = (ids: readonly string[]) => `${ids.join('\n')}\n`;
