import type { Server } from '@fairlead/db';
import type { ServerFacts } from '@fairlead/remote';
import type { WorkerContext } from '../context.ts';

/** Asks the host program what the server is, and what to store of it. */
export async function readFacts(
  worker: WorkerContext,
  server: Server,
): Promise<{ facts: ServerFacts; data: { facts: ServerFacts; hostVersion: string; lastSeenAt: Date } }> {
  const client = await worker.hosts.client(server);
  const facts = await client.call('facts', {});
  return { facts, data: { facts, hostVersion: facts.hostVersion, lastSeenAt: worker.clock() } };
}
