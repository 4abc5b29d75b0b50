import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import type { OperationView } from '../operation/view.ts';
import { intend } from './intend.ts';
import { disableLoadBalancerInput } from './schemas.ts';

/** Back to the primary alone: every other backend is drained and taken away. */
export const disableLoadBalancer: UseCase<unknown, { operation: OperationView }> = async (
  ctx,
  actor,
  input,
) => {
  authorize(actor, 'load-balancer.disable');
  const { appId, idempotencyKey } = parseInput(disableLoadBalancerInput, input);
  return intend(ctx, actor, appId, { action: 'disable' }, idempotencyKey);
};
