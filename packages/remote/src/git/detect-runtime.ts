import { AppError } from '@fairlead/errors';
import type { RuntimeGuess } from './detection/guess.ts';
import { judgeFiles } from './detection/judge.ts';
import { type GitOptions, GitSession } from './git-command.ts';
import { followingGitSuffix } from './list-remote.ts';
import { checkBranchName } from './repository-address.ts';
import { openFiles } from './repository-files.ts';

/**
 * What kind of app a repository holds, judged from a few files of one commit (or of a branch's head); nothing of it is run.
 * Throws `repository-unreachable`, `branch-not-found`, `commit-not-found`, `invalid-input`, `cancelled`.
 */
export async function detectRuntime(
  request: { repositoryUrl: string; commit?: string; branch?: string; signal?: AbortSignal },
  options: GitOptions = {},
): Promise<RuntimeGuess & { commit: string }> {
  const revision = revisionOf(request);
  return await followingGitSuffix(request.repositoryUrl, (url) =>
    GitSession.with(url, options, request.signal, async (git) => {
      const files = await openFiles(git, revision);
      return { ...(await judgeFiles(files)), commit: files.commit };
    }),
  );
}

function revisionOf({ commit, branch }: { commit?: string; branch?: string }): string {
  if (commit !== undefined) {
    if (/^[0-9a-f]{40}$/.test(commit)) return commit;
    throw new AppError('invalid-input', 'A commit is given by its 40 hexadecimal digits.');
  }
  if (branch === undefined) return 'HEAD';
  checkBranchName(branch);
  return `refs/heads/${branch}`;
}
