import { AppError } from '@fairlead/errors';
import { type FrontSpec, readFront, readStreams, type StreamSettings } from '@fairlead/nginx';
import type { Transaction } from '../events.ts';
import type { Fleet } from '../fleet.ts';
import { found } from '../tenant.ts';
import type { Intent } from './schemas.ts';

/**
 * The front that an intent goes back to, read from the text that was applied then; null for an intent that goes back to none.
 * @throws AppError `not-found` for a generation that was never applied, `conflict` for a text of an earlier Fairlead that can't be read back
 */
export async function earlierFront(
  tx: Transaction,
  { loadBalancer }: Fleet,
  intent: Intent,
): Promise<FrontSpec | null> {
  if (intent.action !== 'restore') return null;
  const { generation } = intent;
  const row = await tx.appliedConfig.findUnique({
    where: { loadBalancerId_generation: { loadBalancerId: loadBalancer.id, generation } },
    select: { content: true },
  });
  const { content } = found(row, 'generation');
  try {
    return readFront(content);
  } catch (cause) {
    throw new AppError('conflict', `Generation ${generation} can't be read back any more.`, {
      hint: 'Choose a later one.',
      cause,
    });
  }
}

/** The streams that were applied with that front; none for an intent that goes back to none. @throws AppError as {@link earlierFront} */
export async function earlierStreams(
  tx: Transaction,
  { loadBalancer }: Fleet,
  intent: Intent,
): Promise<StreamSettings[]> {
  if (intent.action !== 'restore') return [];
  const { generation } = intent;
  const row = await tx.appliedConfig.findUnique({
    where: { loadBalancerId_generation: { loadBalancerId: loadBalancer.id, generation } },
    select: { streams: true },
  });
  const { streams } = found(row, 'generation');
  try {
    return streams === null ? [] : readStreams(streams).streams;
  } catch (cause) {
    throw new AppError(
      'conflict',
      `The TCP streams of generation ${generation} can't be read back any more.`,
      {
        hint: 'Choose a later one.',
        cause,
      },
    );
  }
}
