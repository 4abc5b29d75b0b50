import { announce, isStepDue } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { type Fleet, provenState, requireFleet, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import { applyFront } from './apply-front.ts';
import type { Started } from './backend-rollout.ts';
import { drainBackend } from './drain-backend.ts';
import { inTransaction } from './move.ts';
import { probeBackend } from './probe-backend.ts';

/** How often a climbing backend is looked at (milliseconds). */
const rampPauseMs = 1_000;

/**
 * Where the app wants it: visitors are led past the backends of a batch, and their last requests are waited for. Never past all: where nobody else would be left
 * they switch as they serve. Answers those that are held back now.
 */
export async function leadPast(
  run: Run,
  fleet: Fleet,
  number: number,
  batch: readonly Started[],
): Promise<Backend[]> {
  if (!fleet.app.rolloutDrain) return [];
  const now = await requireFleet(run.worker, fleet.app.id);
  const up = upIn(now, fleet);
  const ids = new Set(batch.map(({ backend }) => backend.id));
  const isHeld = (row: Backend) => up.has(row.id) || row.heldBack === 'switching';
  const held = now.backends.filter((row) => ids.has(row.id) && isHeld(row));
  if (held.length === 0 || [...up].every((id) => ids.has(id))) return [];
  await hold(run, held, 'switching');
  const names = namesOf(fleet, held);
  await run.step({ key: `past:${number}`, title: `Lead visitors past ${names}` }, async (step) =>
    applyFront(run, step, await requireFleet(run.worker, fleet.app.id)),
  );
  await inParallel(held, (backend) => {
    const server = serverOf(fleet, backend.serverId);
    const name = {
      key: `drain:${backend.id}`,
      title: `Wait for requests on ${server.name}`,
      serverId: server.id,
    };
    return run.step(name, (step) => drainBackend(run, step, fleet, backend));
  });
  return held;
}

/** They have switched, and the balancer finds them healthy: visitors are led to them again, by steps where slow start is on, each of which ends with a look. */
export async function leadBack(
  run: Run,
  fleet: Fleet,
  number: number,
  held: readonly Backend[],
): Promise<void> {
  if (held.length === 0) return;
  const look = () => requireFleet(run.worker, fleet.app.id);
  const names = namesOf(fleet, held);
  await run.step({ key: `back:${number}`, title: `Lead visitors to ${names} again` }, async (step) =>
    applyFront(run, step, await look()),
  );
  const ids = new Set(held.map(({ id }) => id));
  const climbingIn = ({ backends }: Fleet) =>
    backends.filter(({ id, slowStartedAt }) => ids.has(id) && slowStartedAt !== null);
  if (climbingIn(await look()).length === 0) return;
  await run.step({ key: `ramp:${number}`, title: `Give ${names} their weight by steps` }, async (step) => {
    for (let now = await look(); climbingIn(now).length > 0; now = await look()) {
      const seconds = now.loadBalancer.slowStartSeconds;
      const climbing = climbingIn(now);
      step.progress(
        Math.min(...climbing.map(({ slowStartPercent }) => slowStartPercent)) / 100,
        climbing.map((row) => `${namesOf(fleet, [row])} ${row.slowStartPercent} %`).join(', '),
      );
      if (climbing.some((row) => isStepDue(row, seconds, run.worker.clock()))) {
        await inParallel(climbing, (row) => probeBackend(run, step, fleet, row));
        await applyFront(run, step, now);
      } else {
        await new Promise((resolve) => setTimeout(resolve, rampPauseMs));
      }
      if (step.signal.aborted) throw step.signal.reason;
    }
    step.outcome('They have all of their weight.');
  });
}

/** After a roll-out that did not come to its end: whoever was held back for a switch serves again what it has. */
export async function letIn(run: Run, appId: string): Promise<void> {
  const { app, backends, loadBalancer } = await requireFleet(run.worker, appId);
  const held = backends.filter(({ heldBack }) => heldBack === 'switching');
  // Also who had switched may not be in the front again.
  if (!loadBalancer.enabled || (!app.rolloutDrain && held.length === 0)) return;
  await hold(run, held, null);
  try {
    await run.tidy({ key: 'let-in', title: 'Lead visitors to every backend again' }, async (step) =>
      applyFront(run, step, await requireFleet(run.worker, appId)),
    );
  } catch (error) {
    run.worker.log.warn({ error, operationId: run.operation.id }, 'backends are still held back');
  }
}

/** Who is given requests, but for those who are away. */
function upIn(now: Fleet, { backends }: Fleet): Set<string> {
  const isAway = (id: string) => backends.some((row) => row.id === id && row.heldBack === 'behind');
  const places = provenState(now).backends.filter(({ inUpstream }) => inUpstream === 'up');
  return new Set(places.map(({ backendId }) => backendId).filter((id) => !isAway(id)));
}

async function hold(run: Run, backends: readonly Backend[], heldBack: 'switching' | null): Promise<void> {
  await inTransaction(run, async (tx) => {
    for (const { id } of backends) {
      await tx.backend.update({ where: { id }, data: { heldBack } });
      await announce(tx, run.claim.organizationId, 'backend', id);
    }
  });
}

function namesOf(fleet: Fleet, backends: readonly Backend[]): string {
  return backends.map(({ serverId }) => serverOf(fleet, serverId).name).join(', ');
}
