import { AppError } from '@fairlead/errors';
import type { RuntimeGuess } from './detection/guess.ts';
import { judgeFiles } from './detection/judge.ts';
import { type GitOptions, GitSession } from './git-command.ts';
import { followingGitSuffix } from './list-remote.ts';
import { checkBranchName } from './repository-address.ts';
import { openFiles, type RepositoryFiles } from './repository-files.ts';

/**
 * What kind of app a repository holds, judged from a few files of one commit (or of a branch's head); nothing of it is run.
 * Throws `repository-unreachable`, `branch-not-found`, `commit-not-found`, `invalid-input`, `cancelled`.
 */
export async function detectRuntime(
  request: { repositoryUrl: string; commit?: string; branch?: string; signal?: AbortSignal },
  options: GitOptions = {},
): Promise<RuntimeGuess & { commit: string; declaration: string | null }> {
  const revision = revisionOf(request);
  return await followingGitSuffix(request.repositoryUrl, (url) =>
    GitSession.with(url, options, request.signal, async (git) => {
      const files = await openFiles(git, revision);
      const declaration = await readDeclaration(files);
      return { ...(await judgeFiles(files)), commit: files.commit, declaration };
    }),
  );
}

async function readDeclaration({ paths, read }: RepositoryFiles): Promise<string | null> {
  if (!paths.has('fairlead.yml')) return null;
  const text = await read('fairlead.yml');
  if (text === null) throw new AppError('invalid-input', 'fairlead.yml is too long to be read.');
  return text;
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
