import { announce, paced, type Transaction } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { readFront } from '@fairlead/nginx';
import { type Fleet, provenState } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';
import { inTransaction } from './move.ts';

/**
 * Before a front is written: each backend's part of its weight as its slow start has it now, kept in its row, so that whoever goes on from here writes the
 * same. Answers the fleet with it.
 */
export async function paceBackends(run: Run, fleet: Fleet): Promise<Fleet> {
  const { loadBalancer, backends } = fleet;
  if (loadBalancer.slowStartSeconds === 0 && backends.every(isAtRest)) return fleet;
  const places = new Map(provenState(fleet).backends.map((place) => [place.backendId, place.inUpstream]));
  const served = await servedAddresses(run, fleet);
  const next = paced(
    fleet,
    ({ id }) => places.get(id) === 'up',
    served === null ? null : ({ address }) => served.has(address),
    run.worker.clock(),
  );
  const changed = backends.filter((backend) => {
    const { slowStartedAt, slowStartPercent } = next.get(backend.id) ?? backend;
    return (
      slowStartPercent !== backend.slowStartPercent ||
      slowStartedAt?.getTime() !== backend.slowStartedAt?.getTime()
    );
  });
  if (changed.length === 0) return fleet;
  await inTransaction(run, async (tx) => {
    for (const { id } of changed) {
      await tx.backend.updateMany({ where: { id }, data: { ...next.get(id) } });
      await announce(tx, run.claim.organizationId, 'backend', id);
    }
  });
  return { ...fleet, backends: backends.map((backend) => ({ ...backend, ...next.get(backend.id) })) };
}

/** Once a front is served in which they have all of their weight, they do not climb any more. */
export async function endSlowStarts(tx: Transaction, { backends }: Fleet): Promise<void> {
  const ids = backends.filter((backend) => backend.slowStartPercent === 100 && !isAtRest(backend));
  if (ids.length === 0) return;
  await tx.backend.updateMany({
    where: { id: { in: ids.map(({ id }) => id) }, slowStartPercent: 100 },
    data: { slowStartedAt: null },
  });
}

function isAtRest({ slowStartedAt, slowStartPercent }: Backend): boolean {
  return (slowStartedAt ?? null) === null && (slowStartPercent ?? 100) === 100;
}

/** Addresses that the front gives requests to now; null where none is served yet. */
async function servedAddresses(run: Run, { loadBalancer }: Fleet): Promise<Set<string> | null> {
  const row = await run.worker.prisma.appliedConfig.findUnique({
    where: {
      loadBalancerId_generation: {
        loadBalancerId: loadBalancer.id,
        generation: loadBalancer.observedGeneration,
      },
    },
    select: { content: true },
  });
  if (row === null) return null;
  const { servers } = readFront(row.content);
  return new Set<string>(servers.filter(({ down }) => !down).map(({ address }) => address));
}
