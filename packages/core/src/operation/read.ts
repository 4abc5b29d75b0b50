import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';
import { operationInput } from './schemas.ts';
import { type OperationView, type StepView, viewOperation, viewStep } from './view.ts';

export type OperationWithStepsView = OperationView & { steps: StepView[] };

/** One operation with its steps in order. */
export const readOperation: UseCase<unknown, OperationWithStepsView> = async (ctx, actor, input) => {
  authorize(actor, 'operation.read');
  const { operationId } = parseInput(operationInput, input);
  const db = tenant(ctx, actor);
  const { steps } = found(
    await db.operation.findUnique({
      where: { id: operationId },
      select: { steps: { orderBy: { position: 'asc' }, include: { server: { select: { name: true } } } } },
    }),
    'operation',
  );
  return { ...(await viewOperation(db, operationId)), steps: steps.map(viewStep) };
};
