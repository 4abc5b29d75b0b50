import { notify, type Prisma } from '@fairlead/db';

/** A handle on which rows are written: the client itself or a transaction of it. */
export type Transaction = Prisma.TransactionClient;

/** What a listener reads again. Steps count as their operation; `log` carries the operation's id. */
export const topics = [
  'organization',
  'server',
  'app',
  'load-balancer',
  'backend',
  'deployment',
  'operation',
  'log',
  'health',
  'token',
] as const;
export type Topic = (typeof topics)[number];

/** Tell every listener of the organization that the row changed; heard when the transaction commits. Ids only. */
export async function announce(
  tx: Transaction,
  organizationId: string,
  topic: Topic,
  id: string,
): Promise<void> {
  await notify(tx, { o: organizationId, t: topic, id });
}
