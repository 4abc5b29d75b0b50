import {
  type DesiredRedis,
  forgetRedis,
  markRedisPlaced,
  readFormerRedisPassword,
  readRedisPassword,
} from '@fairlead/core';
import { type Fleet, provenState, requireFleet, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { inTransaction } from './move.ts';
import { setFirewall } from './set-firewall.ts';

/** The app's Redis runs on the primary as it should; an app without one has no such step. */
export async function openRedis(run: Run, fleet: Fleet, desired: DesiredRedis | null): Promise<void> {
  if (desired === null) return;
  const name = { key: 'redis', title: 'Open Redis', serverId: desired.serverId };
  await run.step(name, (step) => ensureRedis(run, step, fleet, desired));
}

/** The same within a step of another name. */
export async function ensureRedis(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  desired: DesiredRedis | null,
): Promise<void> {
  const password = readRedisPassword(run.worker, fleet.app);
  if (desired === null || password === null) return;
  const former = readFormerRedisPassword(run.worker, fleet.app);
  run.hide(former === null ? [password] : [password, former]);
  const server = serverOf(fleet, desired.serverId);
  const client = await run.worker.hosts.client(server);
  const { port, listenAddress, addresses, memoryMib, policy } = desired;
  const turn = fleet.app.redis?.turn ?? 0;
  const { changed, started } = await client.call(
    'redis.ensure',
    {
      ...{ app: fleet.app.slug, port, listenAddress, addresses, memoryMib, policy },
      password: password.reveal(),
      // Left out where there was no other password yet: a host program from before there could be one takes the rest.
      ...(turn === 0 ? {} : { turn }),
      ...(former === null ? {} : { formerPassword: former.reveal() }),
    },
    { fence: run.fence(server.id), signal: step.signal },
  );
  await inTransaction(run, (tx) => markRedisPlaced(tx, fleet.app, run.worker.clock()));
  if (started) step.note(`Redis was started: it listens on 127.0.0.1 and ${listenAddress}, port ${port}`);
  step.outcome(changed ? 'Redis runs as it should.' : 'Redis ran as it should.');
}

/** Once no backend is told of a Redis that is wanted no more: process, account, data and rules away. `fleet`: by which they were told. */
export async function leaveRedis(run: Run, fleet: Fleet): Promise<void> {
  const { app } = fleet;
  if (app.redis?.leaving !== true) return;
  const server = serverOf(fleet, app.primaryServerId);
  await run.step({ key: 'leave-redis', title: 'Take Redis away', serverId: server.id }, async (step) => {
    const removed = await removeRedisFrom(run, fleet);
    await inTransaction(run, (tx) => forgetRedis(tx, app));
    const after = await requireFleet(run.worker, app.id);
    const { firewall } = provenState(after, { keepRetiring: true });
    await setFirewall(
      run,
      step,
      after,
      firewall.filter(({ serverId }) => serverId === server.id),
    );
    step.outcome(removed ? 'Redis is gone.' : 'It was gone already.');
  });
}

/** Process, account, settings and data of the app's Redis off the primary. Answers whether there was anything. */
export async function removeRedisFrom(run: Run, fleet: Fleet): Promise<boolean> {
  const primary = serverOf(fleet, fleet.app.primaryServerId);
  const client = await run.worker.hosts.client(primary);
  const options = { fence: run.fence(primary.id) };
  const { removed } = await client.call('redis.remove', { app: fleet.app.slug }, options);
  return removed;
}
