import { announce, balancerServerIds, type Fleet } from '@fairlead/core';
import { drainBackend } from '../actions/drain-backend.ts';
import { removeFront } from '../actions/leave-balancer.ts';
import { removeRedisFrom } from '../actions/open-redis.ts';
import { retireBackend } from '../actions/retire-backend.ts';
import { setFirewall } from '../actions/set-firewall.ts';
import { balancerOf, provenState, requireFleet, serverOf } from '../fleet.ts';
import type { Engine } from '../hosts/needs.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Handler, Run, StepTools } from '../runtime/run.ts';

/** Takes an app off every server: visitors first, then its processes and files, then its database, then its rules. */
export const removeApp: Handler = async (worker, operation) => {
  // The row goes last: an attempt that was cut off after that has nothing left to do.
  if (operation.appId === null) return { servers: [], run: async () => {}, failed: async () => {} };
  const fleet = await requireFleet(worker, operation.appId);
  return {
    servers: fleet.servers.map(({ id }) => id),
    run: (run) => remove(run, fleet),
    failed: async () => {},
  };
};

async function remove(run: Run, fleet: Fleet): Promise<void> {
  const { backends } = fleet;
  const balancer = balancerOf(fleet);
  await run.step(
    { key: 'front', title: 'Stop leading visitors to the app', serverId: balancer.id },
    async (step) => {
      const gone = await inParallel(balancerServerIds(fleet.loadBalancer), (id) =>
        removeFront(run, fleet, id),
      );
      step.outcome(gone.includes(true) ? 'The front is gone.' : 'The front was gone already.');
    },
  );
  await run.step({ key: 'drain', title: 'Wait for the last requests', serverId: balancer.id }, (step) =>
    inParallel(backends, (backend) => drainBackend(run, step, fleet, backend)),
  );
  await inParallel(backends, (backend) => {
    const server = serverOf(fleet, backend.serverId);
    const name = {
      key: `retire:${backend.id}`,
      title: `Remove the app from ${server.name}`,
      serverId: server.id,
    };
    return run.step(name, (step) => retireBackend(run, step, fleet, backend));
  });
  await run.step({ key: 'database', title: 'Remove the database' }, (step) =>
    removeDatabase(run, step, fleet),
  );
  if (fleet.app.redis != null) {
    const { primaryServerId: serverId } = fleet.app;
    await run.step({ key: 'redis', title: 'Remove Redis', serverId }, async (step) =>
      step.outcome((await removeRedisFrom(run, fleet)) ? 'It is gone.' : 'It was gone already.'),
    );
  }
  await run.step({ key: 'close', title: 'Remove the last firewall rules' }, (step) =>
    setFirewall(run, step, fleet, provenState(fleet).firewall),
  );
  await forgetApp(run, fleet);
}

async function removeDatabase(run: Run, step: StepTools, { app, ...fleet }: Fleet): Promise<void> {
  const { databaseEngine, databaseName: database, databaseUser: user } = app;
  if (databaseEngine === 'none' || database === null || user === null) return step.skip('It had none.');
  const primary = serverOf({ app, ...fleet }, app.primaryServerId);
  const client = await run.worker.hosts.client(primary);
  const { removed } = await client.call(
    'database.remove',
    { engine: databaseEngine as Exclude<Engine, 'redis'>, app: app.slug, database, user },
    { fence: run.fence(primary.id) },
  );
  step.outcome(removed ? `${database} is gone.` : 'It was gone already.');
}

async function forgetApp(run: Run, { app }: Fleet): Promise<void> {
  await run.worker.prisma.$transaction(async (tx) => {
    await tx.app.deleteMany({ where: { id: app.id } });
    await announce(tx, app.organizationId, 'app', app.id);
  });
}
