import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { invalidInput, parseInput } from '../input.ts';
import type { OperationView } from '../operation/view.ts';
import { checklistItems, checklistKeys } from './checklist-items.ts';
import { intend } from './intend.ts';
import { judgeReadiness } from './readiness.ts';
import { enableLoadBalancerInput } from './schemas.ts';

/**
 * The button: the app goes onto each chosen server, and the balancer spreads its requests over all of them. Each point of the checklist is either
 * acknowledged or found to be in order now.
 */
export const enableLoadBalancer: UseCase<unknown, { operation: OperationView }> = async (
  ctx,
  actor,
  input,
) => {
  authorize(actor, 'load-balancer.enable');
  const { appId, acknowledged, idempotencyKey, ...chosen } = parseInput(enableLoadBalancerInput, input);
  const missing = checklistItems.filter((item) => !acknowledged.includes(item.key));
  // What is acknowledged needs no look at the repository, which may be away.
  const readiness = missing.length === 0 ? null : await judgeReadiness(ctx, actor, appId);
  const open = missing.filter((item) => readiness?.findings[item.key].status !== 'ok');
  return intend(ctx, actor, appId, { action: 'enable', ...chosen }, idempotencyKey, {
    acknowledged: checklistKeys.filter((key) => acknowledged.includes(key)),
    check: () => {
      const unknown = acknowledged.findIndex((key) => !checklistKeys.includes(key));
      if (unknown !== -1) {
        throw invalidInput([
          { path: `acknowledged.${unknown}`, message: 'The checklist has no such point.' },
        ]);
      }
      if (open.length === 0) return;
      const names = open.map((item) => item.title.toLowerCase()).join('; ');
      throw invalidInput([
        {
          path: 'acknowledged',
          message: `Confirm each point of the checklist that is not known to be in order. Missing: ${names}.`,
        },
      ]);
    },
  });
};
