import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { hostedDatabaseInput } from './schemas.ts';
import { type HostedDatabaseView, viewHostedDatabase } from './view.ts';

/** The database elsewhere that an app uses, if it does, and what the last test found. */
export const readHostedDatabase: UseCase<unknown, { hosted: HostedDatabaseView | null }> = async (
  ctx,
  actor,
  input,
) => {
  authorize(actor, 'hosted-database.read');
  const { appId } = parseInput(hostedDatabaseInput, input);
  return viewHostedDatabase(ctx, actor, appId);
};
