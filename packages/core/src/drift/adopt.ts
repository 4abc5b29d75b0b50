import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { intend } from '../load-balancer/intend.ts';
import type { OperationView } from '../operation/view.ts';
import { adoptDriftInput } from './schemas.ts';

/** What somebody made of an app's front by hand becomes the desired state, as a new generation; what no setting can say goes on in the snippet. */
export const adoptDrift: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'drift.adopt');
  const { appId, driftId, idempotencyKey } = parseInput(adoptDriftInput, input);
  return intend(ctx, actor, appId, { action: 'adopt', driftId }, idempotencyKey);
};
