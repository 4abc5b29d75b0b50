import type { ServerCheck, ServerStatus } from '@fairlead/core';
import type { Prisma, Server } from '@fairlead/db';
import { AppError, toAppError } from '@fairlead/errors';
import { type ConnectionCheckResult, checkConnection } from '@fairlead/remote';
import { inTransaction, moveServer } from '../actions/move.ts';
import { readFacts } from '../actions/read-facts.ts';
import { resolveIpAddress } from '../actions/resolve-ip-address.ts';
import type { Handler, Run } from '../runtime/run.ts';

const factsCheck = { key: 'facts', label: 'Host program answers' } as const;

/** Looks at one server from the outside in, and says at each point what is wrong and what to do. Changes nothing on it. */
export const checkServer: Handler = async (worker, operation) => {
  const server = await worker.prisma.server.findUnique({ where: { id: operation.serverId ?? '' } });
  if (server === null) throw new AppError('not-found', 'This server is gone.');
  return {
    servers: [],
    run: (run) => check(run, server),
    failed: (run, error) => checkFailed(run, server, error),
  };
};

async function check(run: Run, server: Server): Promise<void> {
  const { hosts } = run.worker;
  await inTransaction(run, (tx) => moveServer(run, tx, server.id, 'checking'));
  const checks: ServerCheck[] = [];
  let fault: ConnectionCheckResult | undefined;
  // Another address, user or jump host may stand in the row than the one that an open connection leads to.
  for await (const result of checkConnection(hosts.pool, await hosts.target(server), {
    signal: run.signal,
  })) {
    await recordCheck(run, server, result);
    checks.push(checkOf(result));
    if (result.status === 'failed') fault = result;
  }
  if (fault !== undefined) {
    await store(run, server, statusOf(fault), [...checks, skippedFacts], offeredBy(fault));
    // A key that waits to be confirmed is what a first check is for.
    if (fault.error?.code === 'host-key-unknown') return;
    throw fault.error ?? new AppError('internal', 'This check broke.');
  }
  const known = await resolveIpAddress(run.worker, server);
  if (server.preparedAt === null) {
    await store(run, server, 'reachable', [...checks, skippedFacts], known);
    return;
  }
  await checkFacts(run, server, checks, known);
}

/** A prepared server also has to answer by its host program. */
async function checkFacts(
  run: Run,
  server: Server,
  checks: ServerCheck[],
  known: Prisma.ServerUncheckedUpdateInput,
): Promise<void> {
  const base = { key: factsCheck.key, title: factsCheck.label };
  try {
    await run.step({ key: 'facts', title: factsCheck.label, serverId: server.id }, async (step) => {
      const { facts, data } = await readFacts(run.worker, server);
      const detail = `${facts.os.prettyName}, Nginx ${facts.nginx?.version ?? 'missing'}`;
      const passed: ServerCheck = { ...base, status: 'passed', detail, fix: null };
      await store(run, server, 'ready', [...checks, passed], { ...known, ...data });
      step.outcome(detail);
    });
  } catch (error) {
    if (run.isHandedOver()) throw error;
    const { message, hint = null } = toAppError(error);
    const failed: ServerCheck = { ...base, status: 'failed', detail: message, fix: hint };
    await store(run, server, 'failed', [...checks, failed], known);
    throw error;
  }
}

async function recordCheck(run: Run, server: Server, result: ConnectionCheckResult): Promise<void> {
  const name = { key: result.key, title: result.label, serverId: server.id };
  const work = run.step(name, async (step) => {
    if (result.status === 'skipped') return step.skip('An earlier check failed.');
    if (result.error !== null) throw result.error;
    step.outcome(result.detail ?? '');
  });
  if (result.error === null) return work;
  await work.catch((error: unknown) => {
    if (error !== result.error) throw error;
  });
}

const skippedFacts: ServerCheck = {
  key: factsCheck.key,
  title: factsCheck.label,
  status: 'skipped',
  detail: null,
  fix: null,
};

function checkOf({ key, label, status, detail, fix }: ConnectionCheckResult): ServerCheck {
  return { key, title: label, status: status === 'ok' ? 'passed' : status, detail, fix };
}

function statusOf({ error }: ConnectionCheckResult): ServerStatus {
  if (error?.code === 'host-key-unknown') return 'unconfirmed';
  if (error?.code === 'host-key-changed') return 'host_key_changed';
  const isUnreachable = error?.code === 'dns-failed' || error?.code.startsWith('connection-');
  return isUnreachable ? 'unreachable' : 'failed';
}

function offeredBy({ offered, error }: ConnectionCheckResult): Prisma.ServerUncheckedUpdateInput {
  const waits = error?.code === 'host-key-unknown' || error?.code === 'host-key-changed';
  if (!waits || offered === null) return {};
  return { offeredHostKey: offered.key, offeredFingerprint: offered.fingerprint };
}

async function store(
  run: Run,
  server: Server,
  status: ServerStatus,
  checks: ServerCheck[],
  data: Prisma.ServerUncheckedUpdateInput,
): Promise<void> {
  await inTransaction(run, (tx) => moveServer(run, tx, server.id, status, { ...data, checks }));
}

/** A cancelled or broken check leaves the server as good as it was known to be. */
async function checkFailed(run: Run, server: Server, _error: unknown): Promise<void> {
  await inTransaction(run, async (tx) => {
    const { status } = await tx.server.findUniqueOrThrow({
      where: { id: server.id },
      select: { status: true },
    });
    if (status !== 'checking') return;
    await moveServer(run, tx, server.id, server.preparedAt === null ? 'failed' : 'ready');
  });
}
