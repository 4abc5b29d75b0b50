import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import { repositoryTokenBinding } from '../bindings.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { checkTransport } from '../repository/inspect.ts';
import { tenant } from '../tenant.ts';
import { holdAccess } from './load.ts';
import { saveAccess } from './save.ts';
import { setRepositoryTokenInput } from './schemas.ts';
import type { RepositoryAccessView } from './view.ts';

/** A token that opens an app's repository over HTTPS, at the place where the repository is now and nowhere else. It is never answered. */
export const setRepositoryToken: UseCase<unknown, RepositoryAccessView> = async (ctx, actor, input) => {
  authorize(actor, 'repository-access.set-token');
  const { appId, username, token } = parseInput(setRepositoryTokenInput, input);
  return tenant(ctx, actor).$transaction(async (tx) => {
    const held = await holdAccess(tx, actor, appId);
    const { transport, place } = held.repository;
    if (transport === 'ssh') {
      throw new AppError('conflict', 'This app’s repository is read by SSH, where tokens do not count.', {
        hint: 'Make a deploy key, or change the address to https:// first.',
      });
    }
    checkTransport(ctx, held.app.repositoryUrl);
    const tokenCipher = ctx.cipher.encrypt(token, repositoryTokenBinding(actor.organizationId, appId));
    return saveAccess(tx, actor, held, {
      action: 'repository-access.set-token',
      data: { username, tokenCipher, tokenPlace: place, tokenSetAt: ctx.clock() },
      details: { username, place },
    });
  });
};
