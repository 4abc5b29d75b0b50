import { inspectRepositoryInput } from '../app/schemas.ts';
import { authorize } from '../authorize.ts';
import type { Context, RepositoryInspection, UseCase } from '../context.ts';
import { declare } from '../declaration/declare.ts';
import { parseDeclaration } from '../declaration/parse.ts';
import { parseRepositoryUrl } from '../fields/repository-url.ts';
import { invalidInput, parseInput } from '../input.ts';

/** Plain HTTP can be read and changed on its way; only an installation that says so takes it. */
export function checkTransport(
  ctx: Pick<Context, 'allowPlainHttpRepositories'>,
  repositoryUrl: string,
): void {
  const parsed = parseRepositoryUrl(repositoryUrl);
  if (typeof parsed === 'string' || parsed.transport !== 'http' || ctx.allowPlainHttpRepositories) return;
  throw invalidInput([
    { path: 'repositoryUrl', message: 'Use https:// or SSH; plain http:// is switched off here.' },
  ]);
}

/** Branches, head and runtime of a repository or of one folder of it, read now; its `fairlead.yml` counts before what the files suggest. */
export const inspectRepository: UseCase<unknown, RepositoryInspection> = async (ctx, actor, input) => {
  authorize(actor, 'repository.inspect');
  const { rootDirectory, ...asked } = parseInput(inspectRepositoryInput, input);
  checkTransport(ctx, asked.repositoryUrl);
  const folderSaid = (text: string) => parseDeclaration(text).values.rootDirectory ?? null;
  return declare(await ctx.repositories.inspect({ ...asked, folder: rootDirectory, folderSaid }));
};
