import { announce, type Transaction } from '@fairlead/core';
import type { Release } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { type Fleet, presentBackends, provenState, requireFleet, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { inTransaction } from './move.ts';
import { openDatabase } from './open-database.ts';
import { ensureRedis } from './open-redis.ts';

/** Something of an app that two passwords open while its backends go over to the newer one. */
interface Keeper {
  kind: 'database.rotate' | 'redis.rotate';
  step: { key: string; title: string };
  /** The newest password's number, of which each release has the one that it was started with. */
  turn: number;
  column: 'databaseTurn' | 'redisTurn';
  /** The same app with one password alone. */
  after: Fleet;
  close(run: Run, step: StepTools, after: Fleet): Promise<void>;
  store(tx: Transaction): Promise<unknown>;
}

/**
 * Once every backend runs with the newest password of the app's database or Redis, the one before opens nothing. A deployment that began before the newest was made
 * leaves both; the operation that made it does not end before. `began`: the fleet when the operation began.
 */
export async function forgetFormerPasswords(run: Run, began: Fleet): Promise<void> {
  if ([databaseOf, redisOf].every((keeperOf) => keeperOf(began) === null)) return;
  let fleet = await requireFleet(run.worker, run.operation.appId);
  for (const keeperOf of [databaseOf, redisOf]) {
    const keeper = keeperOf(fleet);
    if (keeper === null) continue;
    await forget(run, fleet, keeper);
    fleet = await requireFleet(run.worker, run.operation.appId);
  }
}

async function forget(run: Run, fleet: Fleet, keeper: Keeper): Promise<void> {
  const { app } = fleet;
  const behind = await serversBehind(run, fleet, keeper);
  if (behind.length > 0 && run.kind !== keeper.kind) return;
  await run.step(keeper.step, async (step) => {
    if (behind.length > 0) {
      throw new AppError('conflict', `The old password is still in use on ${behind.join(', ')}.`, {
        hint: 'Both passwords go on opening it. Deploy the app, or try again.',
        details: { servers: behind },
      });
    }
    await keeper.close(run, step, keeper.after);
    await inTransaction(run, async (tx) => {
      await keeper.store(tx);
      await announce(tx, app.organizationId, 'app', app.id);
    });
    step.outcome('The old password opens nothing any more.');
  });
}

function databaseOf(fleet: Fleet): Keeper | null {
  const { app } = fleet;
  if (app.databaseFormerPasswordCipher === null) return null;
  return {
    kind: 'database.rotate',
    step: { key: 'forget-password', title: 'Close the database to the old password' },
    turn: app.databaseTurn,
    column: 'databaseTurn',
    after: { ...fleet, app: { ...app, databaseFormerPasswordCipher: null } },
    close: (run, step, after) =>
      openDatabase(run, step, after, provenState(after, { keepRetiring: true }).database),
    store: (tx) =>
      tx.app.update({
        where: { id: app.id },
        data: { databaseFormerPasswordCipher: null, databaseFormerTls: false },
      }),
  };
}

function redisOf(fleet: Fleet): Keeper | null {
  const { app } = fleet;
  if (app.redis == null || app.redis.formerPasswordCipher === null) return null;
  return {
    kind: 'redis.rotate',
    step: { key: 'forget-redis-password', title: 'Close Redis to the old password' },
    turn: app.redis.turn,
    column: 'redisTurn',
    after: { ...fleet, app: { ...app, redis: { ...app.redis, formerPasswordCipher: null } } },
    close: (run, step, after) =>
      ensureRedis(run, step, after, provenState(after, { keepRetiring: true }).redis),
    store: (tx) => tx.redis.updateMany({ where: { appId: app.id }, data: { formerPasswordCipher: null } }),
  };
}

/** Names of the servers whose backend was started with an earlier password. */
async function serversBehind(run: Run, fleet: Fleet, { turn, column }: Keeper): Promise<string[]> {
  const serving = presentBackends(fleet).filter(({ releaseId }) => releaseId !== null);
  const releases: Pick<Release, 'id' | 'databaseTurn' | 'redisTurn'>[] =
    await run.worker.prisma.release.findMany({
      where: { id: { in: serving.map(({ releaseId }) => releaseId as string) } },
      select: { id: true, databaseTurn: true, redisTurn: true },
    });
  const turns = new Map(releases.map((release) => [release.id, release[column]]));
  return serving
    .filter(({ releaseId }) => (turns.get(releaseId as string) ?? 0) < turn)
    .map(({ serverId }) => serverOf(fleet, serverId).name);
}
