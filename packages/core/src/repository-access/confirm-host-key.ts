import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { tenant } from '../tenant.ts';
import { holdAccess, needSsh } from './load.ts';
import { saveAccess } from './save.ts';
import { confirmRepositoryHostKeyInput } from './schemas.ts';
import type { RepositoryAccessView } from './view.ts';

/** Pins the host key that was seen, if its fingerprint is the one given. From now on no other server is talked to. */
export const confirmRepositoryHostKey: UseCase<unknown, RepositoryAccessView> = async (ctx, actor, input) => {
  authorize(actor, 'repository-access.confirm-host-key');
  const { appId, fingerprint } = parseInput(confirmRepositoryHostKeyInput, input);
  return tenant(ctx, actor).$transaction(async (tx) => {
    const held = await holdAccess(tx, actor, appId);
    needSsh(held);
    const { access, repository } = held;
    if (access?.offeredPlace !== repository.place || access.offeredFingerprint !== fingerprint) {
      throw new AppError('conflict', 'This is not the fingerprint that the Git server showed.', {
        hint: 'Look at its key again, and compare it with the one that the Git host publishes.',
      });
    }
    return saveAccess(tx, actor, held, {
      action: 'repository-access.confirm-host-key',
      data: {
        hostKey: access.offeredHostKey,
        hostKeyFingerprint: fingerprint,
        hostKeyPlace: repository.place,
        offeredHostKey: null,
        offeredFingerprint: null,
        offeredPlace: null,
      },
      details: { fingerprint, place: repository.place },
    });
  });
};
