import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { tenant } from '../tenant.ts';
import { processesInput } from './schemas.ts';
import { type ProcessView, viewProcesses } from './view.ts';

/** An app's workers, cron entries and commands, with what each does on each backend. */
export const listProcesses: UseCase<unknown, { items: ProcessView[] }> = async (ctx, actor, input) => {
  authorize(actor, 'process.list');
  const { appId } = parseInput(processesInput, input);
  return { items: await viewProcesses(tenant(ctx, actor), appId, ctx.clock()) };
};
