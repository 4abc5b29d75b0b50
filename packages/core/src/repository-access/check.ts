import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { checkTransport } from '../repository/inspect.ts';
import { tenant } from '../tenant.ts';
import { loadAccess } from './load.ts';
import { readRepositoryKey } from './reveal.ts';
import { repositoryAccessInput } from './schemas.ts';

/** Reads the head of an app's branch now, with what opens its repository. */
export const checkRepositoryAccess: UseCase<unknown, { commit: string }> = async (ctx, actor, input) => {
  authorize(actor, 'repository-access.check');
  const { appId } = parseInput(repositoryAccessInput, input);
  const { app } = await loadAccess(tenant(ctx, actor), appId);
  checkTransport(ctx, app.repositoryUrl);
  const key = await readRepositoryKey(ctx, appId);
  const { repositoryUrl, branch } = app;
  return { commit: await ctx.repositories.headOf({ repositoryUrl, branch, key }) };
};
