import type { Fleet, LoadBalancerStatus } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { toAppError } from '@fairlead/errors';
import { requireFleet, serverOf } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';
import { inTransaction, moveBackend, moveLoadBalancer } from './move.ts';
import { putImportBack } from './put-import-back.ts';
import { takeBackSettings } from './take-back-settings.ts';
import { takeBackTls } from './take-back-tls.ts';

/**
 * After a failed change of a load balancer: what served before serves on, so only words change. A backend whose server failed says why; those that were
 * ready but wait for it go back to `pending`.
 */
export async function settleFailure(run: Run, joining: readonly Backend[], error: unknown): Promise<void> {
  const before = await requireFleet(run.worker, run.operation.appId);
  const isImportBack = await putImportBack(run, before, error);
  const fleet = isImportBack ? await requireFleet(run.worker, run.operation.appId) : before;
  const ids = new Set(joining.map(({ id }) => id));
  const atFault = serversAtFault(error);
  const isTakenBack =
    isImportBack || (await takeBackTls(run, fleet, error)) || (await takeBackSettings(run, fleet, error));
  await inTransaction(run, async (tx) => {
    for (const backend of fleet.backends.filter(({ id }) => ids.has(id))) {
      if (backend.state !== 'deploying' && backend.state !== 'preparing') continue;
      const isAtFault = atFault.has(serverOf(fleet, backend.serverId).name);
      const healthReason = isAtFault
        ? toAppError(error).message
        : 'It waits: another part of the operation failed.';
      const state = isAtFault ? 'failed' : 'pending';
      await moveBackend(run, tx, backend.id, state, { health: 'unknown', healthReason });
    }
    await moveLoadBalancer(run, tx, fleet.loadBalancer.id, statusAfter(run, fleet, isTakenBack));
  });
}

/** Names of the servers on which it happened; several where steps ran side by side. */
function serversAtFault(error: unknown): Set<string> {
  const { server, details } = toAppError(error);
  const others = Array.isArray(details?.servers) ? (details.servers as string[]) : [];
  return new Set(server === undefined ? others : [server, ...others]);
}

/** A backend that could not join, or could not be cleaned away, leaves a load balancer that works as it did. */
function statusAfter(run: Run, { loadBalancer }: Fleet, isTakenBack: boolean): LoadBalancerStatus {
  const isFrontCurrent = loadBalancer.observedGeneration >= loadBalancer.generation;
  const isAboutAll = run.kind === 'load-balancer.enable' || run.kind === 'load-balancer.disable';
  if (isAboutAll) return 'failed';
  const isBeside = run.kind === 'backend.add' || run.kind === 'load-balancer.move';
  if (isFrontCurrent || isTakenBack || isBeside) return loadBalancer.enabled ? 'on' : 'off';
  return 'failed';
}
