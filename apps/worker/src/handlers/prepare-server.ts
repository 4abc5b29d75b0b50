import type { Server } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { becomeReady, preparing, runAnsible } from '../actions/prepare-machine.ts';
import { readFacts } from '../actions/read-facts.ts';
import type { Needs } from '../hosts/needs.ts';
import { needsSchema } from '../hosts/needs.ts';
import type { Handler, Run } from '../runtime/run.ts';

/** Makes one machine ready, whatever it is needed for. */
export const prepareServer: Handler = async (worker, operation) => {
  const id = operation.serverId ?? '';
  const server = await worker.prisma.server.findUnique({ where: { id } });
  if (server === null) throw new AppError('not-found', 'This server is gone.');
  const needs = needsSchema.parse(operation.input ?? {});
  return {
    servers: [server.id],
    run: (run) => preparing(run, server, () => prepare(run, server, needs)),
    failed: async () => {},
  };
};

async function prepare(run: Run, server: Server, needs: Needs): Promise<void> {
  const { hosts } = run.worker;
  const serverId = server.id;
  await run.step({ key: 'connect', title: `Connect to ${server.name}`, serverId }, async (step) => {
    const connection = await hosts.pool.acquire(await hosts.target(server), { signal: step.signal });
    step.outcome(`Signed in as ${connection.target.user}.`);
  });
  await run.step({ key: 'ansible', title: 'Install what is needed', serverId }, (step) =>
    runAnsible(run, step, server, needs),
  );
  await run.step({ key: 'host-program', title: 'Ask the host program', serverId }, async (step) => {
    const client = await hosts.client(server);
    const { hostVersion } = await client.call('hello', {}, { signal: step.signal });
    step.outcome(`Version ${hostVersion} answers.`);
  });
  await run.step({ key: 'facts', title: 'Read what the machine is', serverId }, async (step) => {
    const { facts, data } = await readFacts(run.worker, server);
    await becomeReady(run, serverId, data);
    step.outcome(`${facts.os.prettyName}, Nginx ${facts.nginx?.version ?? 'missing'}`);
  });
}
