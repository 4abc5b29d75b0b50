import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { intend } from '../load-balancer/intend.ts';
import { hasServingBackend } from '../load-balancer/propose.ts';
import { removeBackendInput } from '../load-balancer/schemas.ts';
import type { OperationView } from '../operation/view.ts';

/** Take a backend away: drained, stopped, its access to the database revoked, its files gone; `abandon` also one whose server is gone. */
export const removeBackend: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'backend.remove');
  const { appId, idempotencyKey, ...backend } = parseInput(removeBackendInput, input);
  return intend(ctx, actor, appId, { action: 'remove', ...backend }, idempotencyKey, {
    check: (before, after) => {
      if (hasServingBackend(after) || !hasServingBackend(before)) return;
      throw new AppError(
        'conflict',
        'This is the last backend that answers: without it visitors get an error page.',
        {
          hint: 'Enable another one first.',
        },
      );
    },
  });
};
