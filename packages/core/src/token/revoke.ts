import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';
import { tokenInput } from './schemas.ts';

/** From now on the token opens nothing. */
export const revokeToken: UseCase<unknown, void> = async (ctx, actor, input) => {
  authorize(actor, 'token.revoke');
  const { tokenId } = parseInput(tokenInput, input);
  await tenant(ctx, actor).$transaction(async (tx) => {
    const row = found(
      await tx.apiToken.findUnique({ where: { id: tokenId, userId: actor.userId, revokedAt: null } }),
      'token',
    );
    await tx.apiToken.update({ where: { id: tokenId }, data: { revokedAt: ctx.clock() } });
    await recordAudit(tx, actor, 'token.revoke', { type: 'token', id: tokenId, name: row.name });
    await announce(tx, actor.organizationId, 'token', tokenId);
  });
};
