import {
  effectiveEnvironment,
  limitsOf,
  type Runtime,
  readBackendSecrets,
  readDatabasePassword,
  readEnvironmentSecrets,
  readHostedPassword,
  readRedisPassword,
  revealEnvironment,
} from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { type Fleet, provenState, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';

/** What the app's processes on a backend find as environment; from here on its secrets never reach the operation's log. */
export async function environmentOf(run: Run, fleet: Fleet, backend: Backend) {
  const { app } = fleet;
  const desired = provenState(fleet, {
    databasePassword: readDatabasePassword(run.worker, app) ?? readHostedPassword(run.worker, app),
    redisPassword: readRedisPassword(run.worker, app),
    keepRetiring: true,
  });
  const generated = desired.environment.find(({ backendId }) => backendId === backend.id)?.generated ?? {};
  const environment = effectiveEnvironment(generated, {
    ...(await readEnvironmentSecrets(run.worker, app)),
    ...(await readBackendSecrets(run.worker, { id: backend.id, organizationId: app.organizationId })),
  });
  run.hide(Object.values(environment).filter((value) => typeof value !== 'string'));
  return environment;
}

/** The app's user, directories and environment file on one backend. Answers whether the file's content changed. */
export async function writeEnvironment(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
): Promise<boolean> {
  const { app } = fleet;
  const server = serverOf(fleet, backend.serverId);
  const environment = await environmentOf(run, fleet, backend);
  const client = await run.worker.hosts.client(server);
  const options = { fence: run.fence(server.id), signal: step.signal };
  const limits = limitsOf(app);
  await client.call(
    'app.ensure',
    { app: app.slug, runtime: app.runtime as Runtime, ...(limits === null ? {} : { limits }) },
    options,
  );
  const written = await client.call(
    'app.env',
    {
      app: app.slug,
      env: revealEnvironment(environment),
      databaseAuthority: app.databaseEngine === 'none' ? (app.hostedDatabase?.authority ?? null) : null,
    },
    options,
  );
  if (written.changed) step.note(`Environment written: ${Object.keys(environment).length} variables`);
  return written.changed;
}
