import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { tenant } from '../tenant.ts';
import { holdAccess } from './load.ts';
import { saveAccess } from './save.ts';
import { repositoryAccessInput } from './schemas.ts';
import type { RepositoryAccessView } from './view.ts';

/** Forgets the token; from now on the repository is read as anybody may. */
export const removeRepositoryToken: UseCase<unknown, RepositoryAccessView> = async (ctx, actor, input) => {
  authorize(actor, 'repository-access.remove-token');
  const { appId } = parseInput(repositoryAccessInput, input);
  return tenant(ctx, actor).$transaction(async (tx) =>
    saveAccess(tx, actor, await holdAccess(tx, actor, appId), {
      action: 'repository-access.remove-token',
      data: { username: null, tokenCipher: null, tokenPlace: null, tokenSetAt: null },
    }),
  );
};
