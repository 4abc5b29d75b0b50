import { announce } from '@fairlead/core';
import { type Fleet, requireFleet, serverOf } from '../fleet.ts';
import { factsOf } from '../hosts/needs.ts';
import type { Run } from '../runtime/run.ts';
import { inTransaction } from './move.ts';

/**
 * Before anybody uses it, PostgreSQL that has a certificate asks everybody who comes by the network to encrypt: its drivers read from the environment that
 * they should. Those of MariaDB don't, so there a person decides, as for an app that serves already: with another password.
 */
export async function decideDatabaseTls(run: Run, fleet: Fleet): Promise<Fleet> {
  const { app, backends } = fleet;
  const isUnused = app.databaseTurn === 0 && backends.every(({ releaseId }) => releaseId === null);
  if (app.databaseEngine !== 'postgresql' || app.databaseTls || !isUnused) return fleet;
  if (factsOf(serverOf(fleet, app.primaryServerId))?.postgresql?.tls !== true) return fleet;
  await inTransaction(run, async (tx) => {
    await tx.app.update({ where: { id: app.id }, data: { databaseTls: true } });
    await announce(tx, app.organizationId, 'app', app.id);
  });
  return requireFleet(run.worker, app.id);
}
