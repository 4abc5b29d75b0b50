import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';
import type { LogStream } from './log-writer.ts';
import { readLogInput } from './schemas.ts';

export interface LogLineView {
  id: string;
  stepId: string | null;
  at: string;
  stream: LogStream;
  text: string;
}

/** Lines after `after`, oldest first. */
export const readLog: UseCase<
  unknown,
  { items: LogLineView[]; nextAfter: string | null; more: boolean }
> = async (ctx, actor, input) => {
  authorize(actor, 'operation.log');
  const { operationId, after, limit } = parseInput(readLogInput, input);
  const db = tenant(ctx, actor);
  found(await db.operation.findUnique({ where: { id: operationId }, select: { id: true } }), 'operation');
  const rows = await db.logLine.findMany({
    where: { operationId, ...(after === undefined ? {} : { id: { gt: BigInt(after) } }) },
    orderBy: { id: 'asc' },
    take: limit + 1,
  });
  const items = rows.slice(0, limit).map((row) => ({
    id: row.id.toString(),
    stepId: row.stepId,
    at: row.at.toISOString(),
    stream: row.stream as LogStream,
    text: row.text,
  }));
  return { items, nextAfter: items.at(-1)?.id ?? after ?? null, more: rows.length > limit };
};
