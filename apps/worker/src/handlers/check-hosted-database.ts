import { type HostedCheck, readHostedPassword, storeHostedChecks } from '@fairlead/core';
import type { Backend, HostedDatabase } from '@fairlead/db';
import { AppError, type Secret } from '@fairlead/errors';
import type { HostInput } from '@fairlead/remote';
import { type Fleet, presentBackends, requireFleet, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Handler, Run } from '../runtime/run.ts';

/** Has every backend ask the database elsewhere that the app uses. Changes nothing anywhere, so it waits for nobody. */
export const checkHostedDatabase: Handler = async (worker, operation) => {
  const fleet = await requireFleet(worker, operation.appId);
  return { servers: [], run: (run) => checkAll(run, fleet), failed: async () => {} };
};

async function checkAll(run: Run, fleet: Fleet): Promise<void> {
  const { app } = fleet;
  const hosted = app.hostedDatabase ?? null;
  const password = readHostedPassword(run.worker, app);
  if (hosted === null || password === null) {
    throw new AppError('not-found', 'This app uses no database elsewhere any more.');
  }
  run.hide([password]);
  const prepared = presentBackends(fleet).filter(
    ({ serverId }) => serverOf(fleet, serverId).preparedAt !== null,
  );
  const checks = await inParallel(prepared, (backend) => checkFrom(run, fleet, backend, hosted, password));
  await storeHostedChecks(run.worker, app, hosted.setAt, checks);
  const failed = checks.filter((check) => check.checks.some(({ status }) => status === 'failed'));
  if (failed.length === 0) return;
  const names = failed.map(({ serverName }) => serverName);
  throw new AppError('database-failed', `The database can’t be used from ${names.join(', ')}.`, {
    hint: 'The Database page says for each backend how far it came, and what to do.',
    details: { servers: names },
  });
}

function checkFrom(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  hosted: HostedDatabase,
  password: Secret,
): Promise<HostedCheck> {
  const server = serverOf(fleet, backend.serverId);
  const name = {
    key: `check:${backend.id}`,
    title: `Ask ${hosted.host} from ${server.name}`,
    serverId: server.id,
  };
  return run.step(name, async (step) => {
    const client = await run.worker.hosts.client(server);
    const { host, port, name: database, user, authority } = hosted;
    const found = await client.call(
      'database.check',
      {
        engine: hosted.engine as HostInput<'database.check'>['engine'],
        tls: hosted.tls as HostInput<'database.check'>['tls'],
        ...{ host, port, database, user, authority },
        password: password.reveal(),
      },
      { signal: step.signal },
    );
    for (const { key, status, detail } of found.checks)
      step.note(`${key}: ${status}${detail ? `, ${detail}` : ''}`);
    const fault = found.checks.find(({ status }) => status === 'failed');
    step.outcome(
      fault === undefined ? 'It can be used from here.' : (fault.detail ?? 'It can’t be used from here.'),
    );
    return { backendId: backend.id, serverName: server.name, ...found };
  });
}
