import { announce } from '@fairlead/core';
import { AppError } from '@fairlead/errors';
import { type Fleet, presentBackends, provenState, requireFleet, serverOf } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';
import { inTransaction } from './move.ts';
import { openDatabase } from './open-database.ts';

/**
 * Once every backend runs with the newest password of the app's database, the one before opens nothing. A deployment that began before the newest was made
 * leaves both; the operation that made it does not end before.
 */
export async function forgetFormerPassword(run: Run): Promise<void> {
  const fleet = await requireFleet(run.worker, run.operation.appId);
  const { app } = fleet;
  if (app.databaseFormerPasswordCipher === null) return;
  const behind = await serversBehind(run, fleet);
  if (behind.length > 0 && run.kind !== 'database.rotate') return;
  await run.step(
    { key: 'forget-password', title: 'Close the database to the old password' },
    async (step) => {
      if (behind.length > 0) {
        throw new AppError('conflict', `The old password is still in use on ${behind.join(', ')}.`, {
          hint: 'Both passwords go on opening the database. Deploy the app, or try again.',
          details: { servers: behind },
        });
      }
      const after = { ...fleet, app: { ...app, databaseFormerPasswordCipher: null } };
      await openDatabase(run, step, after, provenState(after, { keepRetiring: true }).database);
      await inTransaction(run, async (tx) => {
        await tx.app.update({
          where: { id: app.id },
          data: { databaseFormerPasswordCipher: null, databaseFormerTls: false },
        });
        await announce(tx, app.organizationId, 'app', app.id);
      });
      step.outcome('The old password opens nothing any more.');
    },
  );
}

/** Names of the servers whose backend was started with an earlier password. */
async function serversBehind(run: Run, fleet: Fleet): Promise<string[]> {
  const serving = presentBackends(fleet).filter(({ releaseId }) => releaseId !== null);
  const releases = await run.worker.prisma.release.findMany({
    where: { id: { in: serving.map(({ releaseId }) => releaseId as string) } },
    select: { id: true, databaseTurn: true },
  });
  const turns = new Map(releases.map(({ id, databaseTurn }) => [id, databaseTurn]));
  return serving
    .filter(({ releaseId }) => (turns.get(releaseId as string) ?? 0) < fleet.app.databaseTurn)
    .map(({ serverId }) => serverOf(fleet, serverId).name);
}
