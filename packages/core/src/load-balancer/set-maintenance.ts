import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import type { OperationView } from '../operation/view.ts';
import { intend } from './intend.ts';
import { setMaintenanceInput } from './schemas.ts';

/** Shows visitors a page while somebody works on the app, or lets them in again. With or without load balancing. */
export const setMaintenance: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'load-balancer.maintenance');
  const { appId, enabled, idempotencyKey } = parseInput(setMaintenanceInput, input);
  return intend(ctx, actor, appId, { action: 'maintenance', enabled }, idempotencyKey);
};
