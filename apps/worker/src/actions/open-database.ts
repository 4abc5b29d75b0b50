import { type DesiredDatabase, readDatabasePassword, readFormerDatabasePassword } from '@fairlead/core';
import { type Fleet, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';

/** Database and owner exist on the primary, and exactly these names from exactly these addresses may reach them. */
export async function openDatabase(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  desired: DesiredDatabase | null,
): Promise<void> {
  const logins = desired === null ? [] : loginsOf(run, fleet, desired);
  if (desired === null || logins.length === 0) return step.skip('This app has no database of its own.');
  const server = serverOf(fleet, desired.serverId);
  const client = await run.worker.hosts.client(server);
  const options = { fence: run.fence(server.id), signal: step.signal };
  const { engine, database, user, listenAddress, addresses } = desired;
  const identity = { engine, database, user, logins };
  const ensured = await client.call('database.ensure', identity, options);
  if (ensured.changed) step.note(`${database} and its owner ${user} now exist as they should`);
  const granted = await client.call(
    'database.grant',
    { ...identity, app: fleet.app.slug, listenAddress, addresses },
    options,
  );
  const names = [...new Set(logins.map(({ name }) => name))].join(' and ');
  for (const address of granted.added) step.note(`${address} may sign in as ${names}`);
  for (const address of granted.removed) step.note(`${address} may no longer sign in`);
  if (granted.restarted) step.note(`${engine} was restarted: it listens elsewhere now`);
  step.outcome(
    `${granted.added.length} grants added, ${granted.removed.length} removed${granted.restarted ? ', engine restarted' : ''}.`,
  );
}

/** Each name with its password, as it travels: over SSH, on the host program's standard input. */
function loginsOf(run: Run, { app }: Fleet, { logins }: DesiredDatabase) {
  const passwords = [
    readDatabasePassword(run.worker, app),
    readFormerDatabasePassword(run.worker, app),
  ].filter((password) => password !== null);
  run.hide(passwords);
  return logins.flatMap(({ name, tls }, index) => {
    const password = passwords[index]?.reveal();
    return password === undefined ? [] : [{ name, password, way: tls ? ('tls' as const) : ('any' as const) }];
  });
}
