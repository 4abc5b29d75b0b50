import { AppError } from '@fairlead/errors';
import { type GitOptions, GitSession } from './git-command.ts';
import { followingGitSuffix } from './list-remote.ts';
import { checkBranchName } from './repository-address.ts';

/**
 * The commit that a tag points at, of an annotated tag the one behind it: 40 hexadecimal digits.
 * Throws `commit-not-found` where there is no such tag, `repository-unreachable` (`details.reason`), `invalid-input`, `cancelled`.
 */
export async function readTag(
  request: { repositoryUrl: string; tag: string; signal?: AbortSignal },
  options: GitOptions = {},
): Promise<string> {
  const { repositoryUrl, signal, tag } = request;
  checkBranchName(tag);
  const name = `refs/tags/${tag}`;
  const output = await followingGitSuffix(repositoryUrl, (url) =>
    GitSession.with(url, options, signal, (git) => git.run(['ls-remote', '--', git.url, name, `${name}^{}`])),
  );
  const found = new Map(
    output
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([commit = '', ref = '']) => [ref, commit]),
  );
  const commit = found.get(`${name}^{}`) ?? found.get(name);
  if (commit !== undefined && /^[0-9a-f]{40}$/.test(commit)) return commit;
  throw new AppError('commit-not-found', `The repository has no tag ${tag}.`, { hint: 'Was it pushed?' });
}
