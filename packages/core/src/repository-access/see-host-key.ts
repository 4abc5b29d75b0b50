import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { tenant } from '../tenant.ts';
import { holdAccess, loadAccess, needSsh } from './load.ts';
import { saveAccess } from './save.ts';
import { repositoryAccessInput } from './schemas.ts';
import type { RepositoryAccessView } from './view.ts';

/** Asks the Git server for its host key now and keeps it as seen; it counts once its fingerprint is confirmed. */
export const seeRepositoryHostKey: UseCase<unknown, RepositoryAccessView> = async (ctx, actor, input) => {
  authorize(actor, 'repository-access.see-host-key');
  const { appId } = parseInput(repositoryAccessInput, input);
  const db = tenant(ctx, actor);
  const asked = await loadAccess(db, appId);
  needSsh(asked);
  const offered = await ctx.repositories.hostKeyOf(asked.app.repositoryUrl);
  return db.$transaction(async (tx) => {
    const held = await holdAccess(tx, actor, appId);
    if (held.repository.place !== asked.repository.place) {
      throw new AppError('conflict', 'The repository’s address was changed meanwhile; look again.');
    }
    return saveAccess(tx, actor, held, {
      action: 'repository-access.see-host-key',
      data: {
        offeredHostKey: offered.key,
        offeredFingerprint: offered.fingerprint,
        offeredPlace: asked.repository.place,
      },
      details: { fingerprint: offered.fingerprint, place: asked.repository.place },
    });
  });
};
