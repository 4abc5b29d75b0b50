import { appInput } from '../app/schemas.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';
import { type ConfigSummaryView, viewConfigs } from './view.ts';

/** Every front that was applied for an app, newest first; at most 200. */
export const listConfigs: UseCase<unknown, { items: ConfigSummaryView[] }> = async (ctx, actor, input) => {
  authorize(actor, 'config.list');
  const { appId } = parseInput(appInput, input);
  const db = tenant(ctx, actor);
  const balancer = found(await db.loadBalancer.findUnique({ where: { appId } }), 'app');
  const rows = await db.appliedConfig.findMany({
    where: { loadBalancerId: balancer.id },
    orderBy: { generation: 'desc' },
    take: 200,
    omit: { content: true, streams: true },
  });
  return { items: await viewConfigs(db, balancer, rows) };
};
