import { isProven } from '@fairlead/core';
import { applyFront } from '../actions/apply-front.ts';
import { applyBackendFile } from '../actions/backend-file.ts';
import { openDatabase } from '../actions/open-database.ts';
import { openRedis } from '../actions/open-redis.ts';
import { bringProcesses } from '../actions/roll-processes.ts';
import { setFirewall } from '../actions/set-firewall.ts';
import { type Fleet, presentBackends, provenState, requireFleet, serverOf } from '../fleet.ts';
import type { Handler, Run } from '../runtime/run.ts';

/** States again, on every server of an app, what it should hold: doors first, then the backends' files, then the front. */
export const putBack: Handler = async (worker, operation) => {
  const fleet = await requireFleet(worker, operation.appId);
  return {
    servers: fleet.servers.map(({ id }) => id),
    run: (run) => stateAgain(run, fleet),
    failed: async () => {},
  };
};

async function stateAgain(run: Run, fleet: Fleet): Promise<void> {
  const desired = provenState(fleet);
  await run.step({ key: 'firewall', title: 'Put the firewall rules back' }, (step) =>
    setFirewall(run, step, fleet, desired.firewall),
  );
  await run.step({ key: 'database', title: 'Put the database grants back' }, (step) =>
    openDatabase(run, step, fleet, desired.database),
  );
  await openRedis(run, fleet, desired.redis);
  for (const backend of presentBackends(fleet).filter(isProven)) {
    const server = serverOf(fleet, backend.serverId);
    const name = {
      key: `file:${backend.id}`,
      title: `Put the file of ${server.name} back`,
      serverId: server.id,
    };
    await run.step(name, async (step) => {
      const { reloaded } = await applyBackendFile(run, fleet, backend, backend.colour);
      step.outcome(reloaded ? 'It is as it should be again.' : 'It was as it should be.');
    });
    if (backend.releaseId !== null) await bringProcesses(run, fleet, backend, backend.releaseId);
  }
  await run.step({ key: 'front', title: 'Put the balancer’s file back' }, async (step) => {
    await applyFront(run, step, fleet);
  });
}
