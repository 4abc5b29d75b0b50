import { appInput } from '../app/schemas.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';
import { checklistItems } from './checklist-items.ts';

/** One way to put a point right; `code` is what to paste. */
export interface Fix {
  title: string;
  text: string;
  code: string | null;
}

export interface ChecklistView {
  items: { key: string; title: string; why: string; fixes: Fix[]; acknowledged: boolean }[];
}

/** What to see to before enabling, with the fixes for the app's runtime. */
export const readChecklist: UseCase<unknown, ChecklistView> = async (ctx, actor, input) => {
  authorize(actor, 'load-balancer.checklist');
  const { appId } = parseInput(appInput, input);
  const app = found(
    await tenant(ctx, actor).app.findUnique({ where: { id: appId }, include: { loadBalancer: true } }),
    'app',
  );
  const acknowledged = app.loadBalancer?.acknowledgedChecks ?? [];
  const runtime = app.runtime === 'php' || app.runtime === 'static' ? app.runtime : 'node';
  return {
    items: checklistItems.map(({ fixes, ...item }) => ({
      ...item,
      fixes: fixes[runtime],
      acknowledged: acknowledged.includes(item.key),
    })),
  };
};
