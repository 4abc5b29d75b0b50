import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { tenant } from '../tenant.ts';
import { type ServerView, serverInclude, viewServers } from './view.ts';

/** Every server of the organization by name. */
export const listServers: UseCase<unknown, { items: ServerView[] }> = async (ctx, actor) => {
  authorize(actor, 'server.list');
  const db = tenant(ctx, actor);
  const rows = await db.server.findMany({ include: serverInclude, orderBy: { name: 'asc' } });
  return { items: await viewServers(db, rows) };
};
