import { announce, balancerServerIds } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { toAppError } from '@fairlead/errors';
import { type Fleet, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import { inTransaction } from './move.ts';

/** A server that says nothing for so long is away (milliseconds). */
const patienceMs = 20_000;

/**
 * Backends whose servers can't be reached now: a deployment goes on without them. The primary and whoever leads visitors to the app are not asked: without those
 * there is none.
 */
export async function findAway(run: Run, fleet: Fleet, backends: readonly Backend[]): Promise<Backend[]> {
  const needed = new Set([fleet.app.primaryServerId, ...balancerServerIds(fleet.loadBalancer)]);
  const others = backends.filter(({ serverId }) => !needed.has(serverId));
  if (others.length === 0) return [];
  return run.step({ key: 'reach', title: 'Reach every server' }, async (step) => {
    const whys = await inParallel(others, (backend) => whyAway(run, fleet, backend));
    const away = others.filter((_, index) => whys[index] !== null);
    for (const [index, why] of whys.entries())
      if (why !== null) step.note(`${nameOf(fleet, others[index])}: ${why}`);
    step.outcome(
      away.length === 0
        ? 'All can be reached.'
        : `Without ${away.map((one) => nameOf(fleet, one)).join(', ')}: brought to the release once it can be reached, and given no visitors before.`,
    );
    return away;
  });
}

/** Why a backend's server can't be reached, in words; null where it can. What it answers does not matter yet. */
async function whyAway(run: Run, fleet: Fleet, { serverId }: Backend): Promise<string | null> {
  try {
    const client = await run.worker.hosts.client(serverOf(fleet, serverId));
    await client.call(
      'release.observe',
      { app: fleet.app.slug },
      { signal: run.signal, timeoutMs: patienceMs },
    );
    return null;
  } catch (error) {
    const { code, message } = toAppError(error);
    return code.startsWith('connection-') || code === 'dns-failed' ? message : null;
  }
}

/** The fleet as the roll-out has to see it: nobody is led to those who are away. */
export function withHeldBack(fleet: Fleet, away: readonly Backend[]): Fleet {
  const ids = new Set(away.map(({ id }) => id));
  const backends = fleet.backends.map((row) => (ids.has(row.id) ? { ...row, heldBack: 'behind' } : row));
  return { ...fleet, backends };
}

/** They have not got the release that is served now: the front gives them nothing until they have. */
export async function holdBack(run: Run, away: readonly Backend[]): Promise<void> {
  if (away.length === 0) return;
  await inTransaction(run, async (tx) => {
    for (const { id } of away) {
      await tx.backend.update({ where: { id }, data: { heldBack: 'behind' } });
      await announce(tx, run.claim.organizationId, 'backend', id);
    }
  });
}

function nameOf(fleet: Fleet, backend: Backend | undefined): string {
  return backend === undefined ? '' : serverOf(fleet, backend.serverId).name;
}
