import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { loadFleet } from '../fleet.ts';
import { parseInput } from '../input.ts';
import { intend } from '../load-balancer/intend.ts';
import type { OperationView } from '../operation/view.ts';
import { tenant } from '../tenant.ts';
import { givenImport } from './given-import.ts';
import { importInput } from './schemas.ts';

/** What a file of the balancer's own says becomes the app's, and the front takes the place of the file, in one operation. */
export const importConfig: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'load-balancer.import');
  const { appId, idempotencyKey, ...file } = parseInput(importInput, input);
  const db = tenant(ctx, actor);
  const intent = { action: 'import' as const, ...file };
  const foreign = await givenImport(db, ctx.cipher, await loadFleet(db, appId), intent);
  return intend(ctx, actor, appId, intent, idempotencyKey, { foreign });
};
