import { AppError } from '@fairlead/errors';
import { fetchObjects } from './fetch-objects.ts';
import type { GitSession } from './git-command.ts';

/** Read access to one commit: names without their contents, contents one by one. */
export interface RepositoryFiles {
  readonly commit: string;
  /** Paths of all regular files (at most 20,000 names), or of those in the root where there are too many to list. */
  readonly paths: ReadonlySet<string>;
  /** A file's text, at most 256 KiB; null when there is none, or it is longer, or it is no regular file. */
  read(path: string): Promise<string | null>;
  /** Brings the contents of several files at once; one by one each is a question of its own. */
  fetch(paths: readonly string[]): Promise<void>;
  /** The same of one folder, with paths from there; null where the commit has no such folder. */
  within(folder: string): Promise<RepositoryFiles | null>;
}

const maxFileBytes = 256 << 10;
/** 100,000 names of usual length. */
const maxListingBytes = 8 << 20;

/**
 * Fetches one commit without history and, where the server can, without file contents; contents come when read. `revision` is a commit id
 * or `refs/heads/<branch>`. Throws `commit-not-found`, `branch-not-found`, `repository-unreachable`.
 */
export async function openFiles(git: GitSession, revision: string): Promise<RepositoryFiles> {
  return filesOf(git, await fetchFiles(git, revision), null);
}

async function filesOf(git: GitSession, commit: string, folder: string | null): Promise<RepositoryFiles> {
  const tree = folder === null ? commit : `${commit}:${folder}`;
  const ids = new Map<string, string>();
  for (const line of (await list(git, tree)).split('\0')) {
    const [, id, path] = /^100\d{3} blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    if (id !== undefined && path !== undefined && ids.size < 20_000) ids.set(path, id);
  }
  const paths = new Set(ids.keys());
  return {
    commit,
    paths,
    fetch: async (wanted) => fetchObjects(git, [...new Set(wanted.flatMap((path) => ids.get(path) ?? []))]),
    within: async (inner) => {
      const named = await git.run(['ls-tree', '-d', '-z', '--full-tree', tree, '--', inner]);
      if (!named.startsWith('040000 tree ')) return null;
      return filesOf(git, commit, folder === null ? inner : `${folder}/${inner}`);
    },
    read: async (path) => {
      if (!paths.has(path)) return null;
      try {
        return await git.run(['cat-file', 'blob', ids.get(path) ?? ''], maxFileBytes);
      } catch (error) {
        if (error instanceof AppError && error.details?.reason === 'too-large') return null;
        throw error;
      }
    },
  };
}

async function list(git: GitSession, tree: string): Promise<string> {
  try {
    return await git.run(['ls-tree', '-r', '-z', '--full-tree', tree], maxListingBytes);
  } catch (error) {
    if (!(error instanceof AppError) || error.details?.reason !== 'too-large') throw error;
    return await git.run(['ls-tree', '-z', '--full-tree', tree]);
  }
}

/** Fetches what {@link openFiles} reads, and returns the commit: 40 hexadecimal digits. Throws as {@link openFiles}. */
export async function fetchFiles(git: GitSession, revision: string): Promise<string> {
  await git.run(['init', '--quiet', '--bare', '.']);
  // A promisor remote, so that contents left out of the fetch are fetched when read.
  await git.run(['config', 'remote.origin.url', git.url]);
  await git.run(['config', 'remote.origin.promisor', 'true']);
  await git.run(['config', 'remote.origin.partialclonefilter', 'blob:none']);
  await fetchRevision(git, revision);
  return (await git.run(['rev-parse', '--verify', 'FETCH_HEAD^{commit}'])).trim();
}

async function fetchRevision(git: GitSession, revision: string): Promise<void> {
  const common = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-commit-graph'];
  try {
    await git.run([...common, '--depth=1', '--filter=blob:none', '--', 'origin', revision]);
  } catch (error) {
    const reason = error instanceof AppError ? error.details?.reason : undefined;
    if (reason === 'no-shallow') await git.run([...common, '--', 'origin', revision]);
    else if (reason !== 'no-object') throw error;
    else throw revisionMissing(revision, error);
  }
}

function revisionMissing(revision: string, cause: unknown): AppError {
  const branch = /^refs\/heads\/(.*)$/.exec(revision)?.[1];
  if (revision === 'HEAD') {
    return new AppError('branch-not-found', 'The repository has no branches yet.', {
      hint: 'Push a first commit.',
      cause,
    });
  }
  if (branch) return new AppError('branch-not-found', `The repository has no branch ${branch}.`, { cause });
  return new AppError('commit-not-found', `The repository has no commit ${revision.slice(0, 12)}.`, {
    hint: 'It may have been removed by a forced push; choose another one.',
    cause,
  });
}
