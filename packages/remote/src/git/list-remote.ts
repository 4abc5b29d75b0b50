import { AppError } from '@fairlead/errors';
import { type GitOptions, GitSession } from './git-command.ts';
import { checkBranchName } from './repository-address.ts';

/** The heads of a repository. */
export interface RemoteHeads {
  /** Names, the default branch first, the others by name; at most 1,000. */
  branches: string[];
  /** The branch that was asked for, else the default one. */
  branch: string;
  /** Its head: 40 hexadecimal digits. */
  commit: string;
}

/**
 * Asks a repository for its branches and for the head of one. `branch` left out means the default branch.
 * Throws `repository-unreachable` (`details.reason`), `branch-not-found` (`details.branches`), `invalid-input`, `cancelled`.
 */
export async function listRemote(
  request: { repositoryUrl: string; branch?: string; signal?: AbortSignal },
  options: GitOptions = {},
): Promise<RemoteHeads> {
  const { repositoryUrl, branch } = request;
  if (branch !== undefined) checkBranchName(branch);
  const output = await followingGitSuffix(repositoryUrl, (url) =>
    GitSession.with(url, options, request.signal, (git) =>
      git.run(['ls-remote', '--symref', '--', git.url, 'HEAD', 'refs/heads/*']),
    ),
  );
  return pickHead(parseHeads(output), branch);
}

/** Some hosts redirect `…/name` to `…/name.git`; redirects are off, since they could lead anywhere. */
export async function followingGitSuffix<T>(url: string, work: (url: string) => Promise<T>): Promise<T> {
  try {
    return await work(url);
  } catch (error) {
    const moved = error instanceof AppError && error.details?.reason === 'redirect';
    if (!moved || url.endsWith('.git')) throw error;
    return await work(`${url.replace(/\/+$/, '')}.git`);
  }
}

interface Heads {
  defaultBranch: string | null;
  commits: Map<string, string>;
}

/** Reads `git ls-remote --symref` output. */
export function parseHeads(output: string): Heads {
  let defaultBranch: string | null = null;
  const commits = new Map<string, string>();
  for (const line of output.split('\n')) {
    const symref = /^ref: refs\/heads\/(\S+)\tHEAD$/.exec(line);
    if (symref?.[1]) defaultBranch = symref[1];
    const head = /^([0-9a-f]{40})\trefs\/heads\/(\S+)$/.exec(line);
    if (head?.[1] && head[2]) commits.set(head[2], head[1]);
  }
  return { defaultBranch, commits };
}

function pickHead({ defaultBranch, commits }: Heads, asked: string | undefined): RemoteHeads {
  const byName = [...commits.keys()].sort((a, b) => a.localeCompare(b, 'en'));
  const first = defaultBranch !== null && commits.has(defaultBranch) ? defaultBranch : (byName[0] ?? null);
  const branches = [...(first === null ? [] : [first]), ...byName.filter((name) => name !== first)].slice(
    0,
    1000,
  );
  const branch = asked ?? first;
  const commit = branch === null ? undefined : commits.get(branch);
  if (branch !== null && commit !== undefined) return { branches, branch, commit };
  throw new AppError(
    'branch-not-found',
    branch === null ? 'The repository has no branches yet.' : `The repository has no branch ${branch}.`,
    {
      hint: branches.length === 0 ? 'Push a first commit.' : `It has ${branches.slice(0, 5).join(', ')}.`,
      details: { branches: branches.slice(0, 50) },
    },
  );
}
