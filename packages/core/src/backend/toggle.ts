import { AppError } from '@fairlead/errors';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { intend } from '../load-balancer/intend.ts';
import { hasServingBackend } from '../load-balancer/propose.ts';
import { toggleBackendInput } from '../load-balancer/schemas.ts';
import type { OperationView } from '../operation/view.ts';

/** Give a backend requests, or stop to. Disabling the last one that answers asks for `confirmLast`. */
export const toggleBackend: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'backend.toggle');
  const { appId, backendId, enabled, confirmLast, idempotencyKey } = parseInput(toggleBackendInput, input);
  return intend(ctx, actor, appId, { action: 'toggle', backendId, enabled }, idempotencyKey, {
    check: (_, after) => {
      if (enabled || confirmLast || hasServingBackend(after)) return;
      throw new AppError(
        'conflict',
        'This is the last backend that answers: without it visitors get an error page.',
        {
          hint: 'Enable another one first, or ask again with confirmLast: true.',
          details: { needs: 'confirmLast' },
        },
      );
    },
  });
};
