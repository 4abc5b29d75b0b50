import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import type { LogStream } from '../operation/log-writer.ts';
import { found, tenant } from '../tenant.ts';
import { readDeploymentLogInput } from './schemas.ts';

export interface DeploymentLogLine {
  id: string;
  /** The server that said it, or on which it was done; null: it concerns none alone. */
  serverId: string | null;
  serverName: string | null;
  at: string;
  stream: LogStream;
  text: string;
}

/** What is part of a deployment; a backend that joins later names it too. */
const kinds = ['app.deploy', 'database.rotate', 'redis.rotate', 'canary.promote', 'canary.abort'];

/** Lines of all that was done for a deployment, of one backend or of all, after `after`, oldest first. Secrets were taken out when they were written. */
export const readDeploymentLog: UseCase<
  unknown,
  { items: DeploymentLogLine[]; nextAfter: string | null; more: boolean }
> = async (ctx, actor, input) => {
  authorize(actor, 'deployment.log');
  const { appId, deploymentId, backendId, after, limit } = parseInput(readDeploymentLogInput, input);
  const db = tenant(ctx, actor);
  const deployment = found(
    await db.deployment.findUnique({ where: { id: deploymentId, appId }, select: { operationId: true } }),
    'deployment',
  );
  const backend =
    backendId === undefined
      ? null
      : found(
          await db.backend.findUnique({ where: { id: backendId, appId }, select: { serverId: true } }),
          'backend',
        );
  const rows = await db.logLine.findMany({
    where: {
      operation: { OR: [{ id: deployment.operationId ?? '' }, { deploymentId, kind: { in: kinds } }] },
      ...(backend === null ? {} : { step: { serverId: backend.serverId } }),
      ...(after === undefined ? {} : { id: { gt: BigInt(after) } }),
    },
    include: { step: { select: { server: { select: { id: true, name: true } } } } },
    orderBy: { id: 'asc' },
    take: limit + 1,
  });
  const items = rows.slice(0, limit).map(({ id, step, at, stream, text }) => ({
    id: id.toString(),
    serverId: step?.server?.id ?? null,
    serverName: step?.server?.name ?? null,
    at: at.toISOString(),
    stream: stream as LogStream,
    text,
  }));
  return { items, nextAfter: items.at(-1)?.id ?? after ?? null, more: rows.length > limit };
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const controls = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[@-_]|[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** A line as it stands in a file: time, server, text, without colours. */
export function logLineText({ at, serverName, text }: DeploymentLogLine): string {
  return `${at} ${serverName ?? '-'} ${text.replaceAll(controls, '')}\n`;
}
