import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { tenant } from '../tenant.ts';
import { type AppView, appInclude, viewApps } from './view.ts';

/** Every app of the organization by name. */
export const listApps: UseCase<unknown, { items: AppView[] }> = async (ctx, actor) => {
  authorize(actor, 'app.list');
  const db = tenant(ctx, actor);
  const rows = await db.app.findMany({ include: appInclude, orderBy: { name: 'asc' } });
  return { items: await viewApps(db, rows) };
};
