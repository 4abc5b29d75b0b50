import { AppError } from '@fairlead/errors';
import { domainsAt } from '../app/domains-at.ts';
import { authorize } from '../authorize.ts';
import type { Context, UseCase } from '../context.ts';
import { type Fleet, loadFleet } from '../fleet.ts';
import { parseInput } from '../input.ts';
import type { OperationView } from '../operation/view.ts';
import { tenant } from '../tenant.ts';
import { intend } from './intend.ts';
import { finishMoveInput } from './schemas.ts';

/** The successor balances alone from now on. Unless confirmed, only once the DNS leads every name of the app there. */
export const finishMove: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'load-balancer.finish-move');
  const { appId, confirm, abandon, idempotencyKey } = parseInput(finishMoveInput, input);
  if (!confirm) await checkVisitors(ctx, await loadFleet(tenant(ctx, actor), appId));
  return intend(ctx, actor, appId, { action: 'finish-move', abandon }, idempotencyKey);
};

/** @throws AppError `conflict` while visitors may still be led to the balancer that is to go */
async function checkVisitors(ctx: Context, { app, loadBalancer, servers }: Fleet): Promise<void> {
  const successor = servers.find(({ id }) => id === loadBalancer.successorServerId);
  if (successor === undefined) return;
  if (app.domains.length === 0) {
    throw new AppError('conflict', 'The app has no domain: its visitors know the address of the balancer.', {
      hint: `Tell them the address of ${successor.name}, then confirm.`,
    });
  }
  const behind = (await domainsAt(ctx, app.domains, successor)).filter(({ points }) => points !== 'here');
  if (behind.length === 0) return;
  throw new AppError(
    'conflict',
    `The DNS does not lead ${behind.map(({ name }) => name).join(', ')} to ${successor.name} alone yet.`,
    { hint: 'Change the records and wait until they have spread, or confirm.', details: { domains: behind } },
  );
}
