import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { invalidInput, parseInput } from '../input.ts';
import type { OperationView } from '../operation/view.ts';
import { checklistItems, checklistKeys } from './checklist-items.ts';
import { intend } from './intend.ts';
import { enableLoadBalancerInput } from './schemas.ts';

/** The button: the app goes onto each chosen server, and the balancer spreads its requests over all of them. */
export const enableLoadBalancer: UseCase<unknown, { operation: OperationView }> = async (
  ctx,
  actor,
  input,
) => {
  authorize(actor, 'load-balancer.enable');
  const { appId, acknowledged, idempotencyKey, ...chosen } = parseInput(enableLoadBalancerInput, input);
  return intend(ctx, actor, appId, { action: 'enable', ...chosen }, idempotencyKey, {
    acknowledged: checklistKeys,
    check: () => {
      const unknown = acknowledged.findIndex((key) => !checklistKeys.includes(key));
      if (unknown !== -1) {
        throw invalidInput([
          { path: `acknowledged.${unknown}`, message: 'The checklist has no such point.' },
        ]);
      }
      const missing = checklistItems.filter((item) => !acknowledged.includes(item.key));
      if (missing.length === 0) return;
      const names = missing.map((item) => item.title.toLowerCase()).join('; ');
      throw invalidInput([
        { path: 'acknowledged', message: `Confirm each point of the checklist. Missing: ${names}.` },
      ]);
    },
  });
};
