import { authorize } from '../authorize.ts';
import { deployKeyBinding } from '../bindings.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { tenant } from '../tenant.ts';
import { holdAccess, needSsh } from './load.ts';
import { saveAccess } from './save.ts';
import { repositoryAccessInput } from './schemas.ts';
import type { RepositoryAccessView } from './view.ts';

/** A new Ed25519 pair for an app alone. One that was there before opens nothing for Fairlead any more. */
export const makeDeployKey: UseCase<unknown, RepositoryAccessView> = async (ctx, actor, input) => {
  authorize(actor, 'repository-access.make-key');
  const { appId } = parseInput(repositoryAccessInput, input);
  const pair = await ctx.generateKeyPair();
  return tenant(ctx, actor).$transaction(async (tx) => {
    const held = await holdAccess(tx, actor, appId);
    needSsh(held);
    const [type, key] = pair.publicKey.split(' ');
    return saveAccess(tx, actor, held, {
      action: 'repository-access.make-key',
      data: {
        publicKey: `${type} ${key} fairlead-${held.app.slug}`,
        keyFingerprint: pair.fingerprint,
        keyCipher: ctx.cipher.encrypt(pair.privateKey, deployKeyBinding(actor.organizationId, appId)),
        keyMadeAt: ctx.clock(),
      },
      details: { fingerprint: pair.fingerprint },
    });
  });
};
