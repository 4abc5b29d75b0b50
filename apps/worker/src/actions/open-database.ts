import { type DesiredDatabase, readDatabasePassword } from '@fairlead/core';
import { type Fleet, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';

/** Database and owner exist on the primary, and exactly these addresses may reach them. */
export async function openDatabase(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  desired: DesiredDatabase | null,
): Promise<void> {
  const password = readDatabasePassword(run.worker, fleet.app);
  if (desired === null || password === null) return step.skip('This app has no database of its own.');
  run.hide([password]);
  const server = serverOf(fleet, desired.serverId);
  const client = await run.worker.hosts.client(server);
  const options = { fence: run.fence(server.id), signal: step.signal };
  const { engine, database, user, listenAddress, addresses } = desired;
  const identity = { engine, database, user, password: password.reveal() };
  const ensured = await client.call('database.ensure', identity, options);
  if (ensured.changed) step.note(`${database} and its owner ${user} now exist as they should`);
  const granted = await client.call(
    'database.grant',
    { ...identity, app: fleet.app.slug, listenAddress, addresses },
    options,
  );
  for (const address of granted.added) step.note(`${address} may sign in as ${user}`);
  for (const address of granted.removed) step.note(`${address} may no longer sign in`);
  if (granted.restarted) step.note(`${engine} was restarted: it listens elsewhere now`);
  step.outcome(
    `${granted.added.length} grants added, ${granted.removed.length} removed${granted.restarted ? ', engine restarted' : ''}.`,
  );
}
