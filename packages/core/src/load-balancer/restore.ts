import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import type { OperationView } from '../operation/view.ts';
import { intend } from './intend.ts';
import { restoreLoadBalancerInput } from './schemas.ts';

/** What an earlier generation said becomes the desired state again, as a new generation. */
export const restoreLoadBalancer: UseCase<unknown, { operation: OperationView }> = async (
  ctx,
  actor,
  input,
) => {
  authorize(actor, 'load-balancer.restore');
  const { appId, generation, idempotencyKey } = parseInput(restoreLoadBalancerInput, input);
  return intend(ctx, actor, appId, { action: 'restore', generation }, idempotencyKey);
};
