import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { tenant } from '../tenant.ts';
import { loadAccess } from './load.ts';
import { repositoryAccessInput } from './schemas.ts';
import { type RepositoryAccessView, viewAccess } from './view.ts';

/** What opens an app's repository; no secret half of it. */
export const readRepositoryAccess: UseCase<unknown, RepositoryAccessView> = async (ctx, actor, input) => {
  authorize(actor, 'repository-access.read');
  const { appId } = parseInput(repositoryAccessInput, input);
  return viewAccess(await loadAccess(tenant(ctx, actor), appId));
};
