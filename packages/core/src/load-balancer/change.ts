import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import type { OperationView } from '../operation/view.ts';
import { intend } from './intend.ts';
import { changeLoadBalancerInput } from './schemas.ts';

/** Another method of spreading requests, other HTTP settings of the front, or both. */
export const changeLoadBalancer: UseCase<unknown, { operation: OperationView }> = async (
  ctx,
  actor,
  input,
) => {
  authorize(actor, 'load-balancer.change');
  const { appId, idempotencyKey, ...change } = parseInput(changeLoadBalancerInput, input);
  return intend(ctx, actor, appId, { action: 'change', ...change }, idempotencyKey);
};
