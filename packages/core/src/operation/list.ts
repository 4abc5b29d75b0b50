import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { newestFirst, pageOf } from '../page.ts';
import { tenant } from '../tenant.ts';
import { listOperationsInput } from './schemas.ts';
import { type OperationView, operationInclude, viewOperations } from './view.ts';

/** Everything that ran, runs or waits; newest first. */
export const listOperations: UseCase<unknown, { items: OperationView[]; nextCursor: string | null }> = async (
  ctx,
  actor,
  input,
) => {
  authorize(actor, 'operation.list');
  const { status, appId, serverId, ...page } = parseInput(listOperationsInput, input ?? {});
  const { where, ...rest } = newestFirst(page);
  const db = tenant(ctx, actor);
  const rows = await db.operation.findMany({
    ...rest,
    where: {
      ...where,
      ...(status === undefined ? {} : { status }),
      ...(appId === undefined ? {} : { appId }),
      ...(serverId === undefined ? {} : { OR: [{ serverId }, { steps: { some: { serverId } } }] }),
    },
    include: operationInclude,
  });
  return pageOf(rows, page.limit, await viewOperations(db, rows));
};
