import { AppError } from '@fairlead/errors';
import type { GitSession } from './git-command.ts';

/** All at once what was left out of the first fetch; one by one it would be a question for each file. */
export async function fetchObjects(git: GitSession, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const flags = [
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--recurse-submodules=no',
    '--filter=blob:none',
  ];
  try {
    await git.bytes(
      ['-c', 'fetch.negotiationAlgorithm=noop', 'fetch', ...flags, '--stdin', 'origin'],
      `${ids.join('\n')}\n`,
    );
  } catch (error) {
    // A server that gives out heads alone has sent everything before.
    if (!(error instanceof AppError) || error.details?.reason !== 'no-object') throw error;
  }
}
