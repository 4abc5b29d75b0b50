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
import { type HostResult, hostCall } from '@fairlead/remote';
import { type Fleet, provenState } from '../fleet.ts';
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

/** What states the app's user, directories and environment file on one backend, in front of whatever needs them; `told` takes the answers. */
export async function placeCalls(run: Run, step: StepTools, fleet: Fleet, backend: Backend) {
  const { app } = fleet;
  const environment = await environmentOf(run, fleet, backend);
  const limits = limitsOf(app);
  const ensure = { app: app.slug, runtime: app.runtime as Runtime, ...(limits === null ? {} : { limits }) };
  const env = {
    app: app.slug,
    env: revealEnvironment(environment),
    databaseAuthority: app.databaseEngine === 'none' ? (app.hostedDatabase?.authority ?? null) : null,
  };
  return {
    calls: [hostCall('app.ensure', ensure), hostCall('app.env', env)] as const,
    told: ({ changed }: HostResult<'app.env'>) => {
      if (changed) step.note(`Environment written: ${Object.keys(environment).length} variables`);
    },
  };
}
