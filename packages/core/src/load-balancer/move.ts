import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import type { OperationView } from '../operation/view.ts';
import { intend } from './intend.ts';
import { moveLoadBalancerInput } from './schemas.ts';

/**
 * Lets another server serve beside the balancer, until the move is finished. Named the balancer itself, the move is given up and the other server taken
 * out of service.
 */
export const moveLoadBalancer: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'load-balancer.move');
  const { appId, serverId, idempotencyKey } = parseInput(moveLoadBalancerInput, input);
  return intend(ctx, actor, appId, { action: 'move', serverId }, idempotencyKey);
};
