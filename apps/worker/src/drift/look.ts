import type { Server } from '@fairlead/db';
import type { WorkerContext } from '../context.ts';
import { storeFindings } from './book.ts';
import { findingsOf } from './findings.ts';
import { quietMark } from './quiet.ts';

const patienceMs = 20_000;

/** One look at one server, in one round trip. What is seen while an operation changes the server is no difference, and is thrown away. */
export async function lookForDrift(worker: WorkerContext, server: Server): Promise<void> {
  const { prisma, hosts, clock } = worker;
  const before = await quietMark(prisma, server.id);
  if (before === null) return;
  const client = await hosts.client(server);
  const seen = await client.call('drift', {}, { timeoutMs: patienceMs });
  const findings = await findingsOf(prisma, server, seen);
  if ((await quietMark(prisma, server.id)) !== before) return;
  const kinds = seen.grants === null ? (['file', 'rule'] as const) : (['file', 'rule', 'grant'] as const);
  await storeFindings(prisma, server, findings, kinds, clock());
}
