import { storeNginxReading } from '@fairlead/core';
import { balancerOf, requireFleet } from '../fleet.ts';
import type { Handler } from '../runtime/run.ts';

/** Reads what the Nginx of an app's balancer loads beside Fairlead's own files. Changes nothing there, so it waits for nobody. */
export const readSites: Handler = async (worker, operation) => {
  const balancer = balancerOf(await requireFleet(worker, operation.appId));
  return {
    servers: [],
    run: (run) =>
      run.step(
        { key: 'read', title: `Read the config of ${balancer.name}`, serverId: balancer.id },
        async (step) => {
          const client = await worker.hosts.client(balancer);
          const reading = await client.call('nginx.sites', {});
          await storeNginxReading(worker, balancer, reading);
          const left = reading.leftOut.length;
          step.outcome(`${reading.files.length} files are read${left === 0 ? '' : `, ${left} left out`}.`);
        },
      ),
    failed: async () => {},
  };
};
