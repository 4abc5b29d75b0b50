import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { tenant } from '../tenant.ts';
import { appInput } from './schemas.ts';
import { type AppView, viewApp } from './view.ts';

export const readApp: UseCase<unknown, AppView> = async (ctx, actor, input) => {
  authorize(actor, 'app.read');
  const { appId } = parseInput(appInput, input);
  return viewApp(tenant(ctx, actor), appId);
};
