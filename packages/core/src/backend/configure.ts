import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { intend } from '../load-balancer/intend.ts';
import { configureBackendInput } from '../load-balancer/schemas.ts';
import type { OperationView } from '../operation/view.ts';

/** A backend's share of the requests, its limits, and whether it only stands by. */
export const configureBackend: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'backend.configure');
  const { appId, backendId, idempotencyKey, ...options } = parseInput(configureBackendInput, input);
  return intend(ctx, actor, appId, { action: 'configure', backendId, ...options }, idempotencyKey);
};
