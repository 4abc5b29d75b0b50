import { appInput } from '../app/schemas.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';
import { type DriftView, driftInclude, viewDrift } from './view.ts';

/** What was changed by hand on an app's servers and is so still, the newest first. */
export const listDrift: UseCase<unknown, { items: DriftView[] }> = async (ctx, actor, input) => {
  authorize(actor, 'drift.list');
  const { appId } = parseInput(appInput, input);
  const db = tenant(ctx, actor);
  found(await db.app.findUnique({ where: { id: appId }, select: { id: true } }), 'app');
  const rows = await db.drift.findMany({
    where: { appId, resolvedAt: null },
    include: driftInclude,
    orderBy: [{ foundAt: 'desc' }, { id: 'asc' }],
    take: 200,
  });
  return { items: rows.map(viewDrift) };
};
