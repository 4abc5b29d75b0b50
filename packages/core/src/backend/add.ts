import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { intend } from '../load-balancer/intend.ts';
import { addBackendInput } from '../load-balancer/schemas.ts';
import type { OperationView } from '../operation/view.ts';

/** One more server for an app that is balanced already. */
export const addBackend: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'backend.add');
  const { appId, serverId, idempotencyKey } = parseInput(addBackendInput, input);
  return intend(ctx, actor, appId, { action: 'add', serverId }, idempotencyKey);
};
