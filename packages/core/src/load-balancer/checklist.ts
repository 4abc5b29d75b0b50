import type { Evidence, Fix, Status } from '@fairlead/readiness';
import { appInput } from '../app/schemas.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { checklistItems, fixesFor } from './checklist-items.ts';
import { judgeReadiness, type ReadinessScan } from './readiness.ts';

export interface ChecklistItemView {
  key: string;
  title: string;
  why: string;
  status: Status;
  /** What was found, in one sentence. */
  text: string;
  /** Where it was found; never a value of the environment. */
  evidence: Evidence[];
  /** How to put it right; none where it is. */
  fixes: Fix[];
  /** Whether enabling asks for the point: what is `ok` needs no word. */
  needsAcknowledgement: boolean;
  acknowledged: boolean;
}

export interface ChecklistView {
  items: ChecklistItemView[];
  scan: ReadinessScan;
}

/** What to see to before enabling, checked now: in the repository, the environment and the DNS. */
export const readChecklist: UseCase<unknown, ChecklistView> = async (ctx, actor, input) => {
  authorize(actor, 'load-balancer.checklist');
  const { appId } = parseInput(appInput, input);
  const { app, loadBalancer, scan, findings } = await judgeReadiness(ctx, actor, appId);
  return {
    items: checklistItems.map((item) => {
      const { status, text, evidence, fix } = findings[item.key];
      return {
        ...item,
        status,
        text,
        evidence,
        fixes: status === 'ok' ? [] : fixesFor(item.key, fix, app.runtime),
        needsAcknowledgement: status !== 'ok',
        acknowledged: loadBalancer.acknowledgedChecks.includes(item.key),
      };
    }),
    scan,
  };
};
