import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { tenant } from '../tenant.ts';
import { type TokenView, viewToken } from './view.ts';

/** One's own tokens in this organization, newest first. */
export const listTokens: UseCase<unknown, { items: TokenView[] }> = async (ctx, actor) => {
  authorize(actor, 'token.list');
  const rows = await tenant(ctx, actor).apiToken.findMany({
    where: { userId: actor.userId, revokedAt: null },
    orderBy: { id: 'desc' },
  });
  return { items: rows.map(viewToken) };
};
