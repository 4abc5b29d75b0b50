import { AppError } from '@fairlead/errors';
import { deployKeyBinding, repositoryTokenBinding } from '../bindings.ts';
import type { Context, RepositoryKey } from '../context.ts';
import { loadAccess } from './load.ts';

/**
 * What opens an app's repository, for whoever fetches from it; null: nothing, it is read as anybody may.
 * @throws AppError `conflict` where a token was given for another place, `host-key-unknown` where there is a deploy key and no server to trust
 */
export async function readRepositoryKey(
  ctx: Pick<Context, 'prisma' | 'cipher'>,
  appId: string,
): Promise<RepositoryKey | null> {
  if ((await ctx.prisma.repositoryAccess.count({ where: { appId } })) === 0) return null;
  const { app, access, repository } = await loadAccess(ctx.prisma, appId);
  if (access === null) return null;
  if (repository.transport !== 'ssh') {
    if (access.tokenCipher === null) return null;
    if (access.tokenPlace !== repository.place) {
      throw new AppError(
        'conflict',
        `The repository’s token was given for ${access.tokenPlace}, and for nowhere else.`,
        {
          hint: 'Enter a token for the new address in the app’s settings, or remove the old one.',
        },
      );
    }
    const token = ctx.cipher.decrypt(access.tokenCipher, repositoryTokenBinding(app.organizationId, appId));
    return { type: 'token', username: access.username ?? '', token };
  }
  if (access.keyCipher === null) return null;
  if (access.hostKey === null || access.hostKeyPlace !== repository.place) {
    throw new AppError('host-key-unknown', 'Nobody has confirmed the host key of the repository’s server.', {
      hint: 'Look at it in the app’s settings and confirm its fingerprint.',
    });
  }
  const privateKey = ctx.cipher.decrypt(access.keyCipher, deployKeyBinding(app.organizationId, appId));
  return { type: 'key', privateKey, hostKey: access.hostKey };
}
