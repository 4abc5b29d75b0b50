import { backendStatus, balancerServerIds } from '@fairlead/core';
import type { Backend, Operation } from '@fairlead/db';
import { applyFront } from '../actions/apply-front.ts';
import { changeStreams, changesPorts, closePorts, leavingPorts } from '../actions/change-streams.ts';
import { closeDoors } from '../actions/close-doors.ts';
import { drainOut } from '../actions/drain-out.ts';
import { findWays } from '../actions/find-way.ts';
import { joinBackends } from '../actions/join-backends.ts';
import { leaveBalancer } from '../actions/leave-balancer.ts';
import { inTransaction, moveBackend, moveLoadBalancer } from '../actions/move.ts';
import { moveToPort } from '../actions/move-to-port.ts';
import { openDatabase } from '../actions/open-database.ts';
import { openRedis } from '../actions/open-redis.ts';
import { prepareMachine } from '../actions/prepare-machine.ts';
import { retellBackends } from '../actions/retell-backends.ts';
import { retireBackends } from '../actions/retire-backends.ts';
import { settleProcesses } from '../actions/roll-processes.ts';
import { setFirewall } from '../actions/set-firewall.ts';
import { settleFailure } from '../actions/settle-failure.ts';
import { switchWay } from '../actions/switch-way.ts';
import { toggleFast } from '../actions/toggle-fast.ts';
import { verifyFront, verifyInForce } from '../actions/verify-front.ts';
import { type Difference, differenceOf, retoldOf, turnsWay } from '../difference.ts';
import { type Fleet, provenState, requireFleet, serverOf, serversOf } from '../fleet.ts';
import { needsOf } from '../hosts/needs.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Handler, Run } from '../runtime/run.ts';

/** Makes a load balancer what it should be: backends in and out of it, on and off, another method. */
export const applyLoadBalancer: Handler = async (worker, operation) => {
  const fleet = await requireFleet(worker, operation.appId);
  const difference = differenceOf(fleet, operation, worker.clock());
  if (turnsWay(fleet, operation)) {
    return {
      servers: fleet.servers.map(({ id }) => id),
      run: (run) => switchWay(run, fleet.app.id),
      failed: (run, error) => settleFailure(run, [], error),
    };
  }
  const hasPorts = await changesPorts(worker, fleet, operation);
  if (difference.isFrontAlone && hasPorts) {
    return {
      servers: fleet.servers.map(({ id }) => id),
      run: (run) => changeStreams(run, fleet.app.id, difference.retold, proofOf(operation)),
      failed: (run, error) => settleFailure(run, [], error),
    };
  }
  if (difference.isFrontAlone) {
    const { retold } = difference;
    return {
      servers: [
        ...new Set([...balancerServerIds(fleet.loadBalancer), ...retold.map(({ serverId }) => serverId)]),
      ],
      run: async (run) => {
        await retellBackends(run, fleet, retold);
        await toggleFast(run, fleet, proofOf(operation));
      },
      failed: (run, error) => settleFailure(run, [], error),
    };
  }
  const [moving] = difference.moving;
  if (moving !== undefined) {
    return {
      servers: serversOf(fleet, [moving]),
      run: (run) => moveToPort(run, moving.id),
      failed: (run, error) => settleFailure(run, [], error),
    };
  }
  return {
    servers: hasPorts
      ? fleet.servers.map(({ id }) => id)
      : [
          ...new Set([
            ...balancerServerIds(fleet.loadBalancer),
            ...serversOf(fleet, [...difference.joining, ...difference.leaving, ...difference.guarded]),
          ]),
        ],
    run: (run) => apply(run, fleet, difference, hasPorts),
    failed: (run, error) => settleFailure(run, difference.joining, error),
  };
};

async function apply(
  run: Run,
  fleet: Fleet,
  { joining, leaving, retold, guarded }: Difference,
  hasPorts: boolean,
): Promise<void> {
  const appId = fleet.app.id;
  const look = () => requireFleet(run.worker, appId);

  await prepareMachines(run, await look(), joining);
  await findWays(run, await look(), joining);
  await openDoors(run, await look(), [...joining, ...guarded], hasPorts);
  await joinBackends(run, await look(), joining);
  await retellBackends(run, await look(), retold);
  await run.step({ key: 'apply', title: 'Apply the new balancing' }, async (step) =>
    applyFront(run, step, await look()),
  );
  await verified(run);
  await drainOut(run, await look());
  const failure = await retireBackends(run, await look(), leaving);
  if (leaving.length > 0) await closeDoors(run, await look());
  if (hasPorts) await closePorts(run, await look());
  if (failure !== null) throw failure;
  if (leaving.length > 0) await settleProcesses(run, await look());
  await leaveFormer(run, await look());
  await settled(run, await look());
}

/** Once the server that was the balancer serves nobody, no backend has to let it in. */
async function leaveFormer(run: Run, fleet: Fleet): Promise<void> {
  if (fleet.loadBalancer.formerServerId === null) return;
  await leaveBalancer(run, fleet);
  const after = await requireFleet(run.worker, fleet.app.id);
  await retellBackends(run, after, retoldOf(after, run.worker.clock()), 'forget');
  await run.step({ key: 'close', title: 'Close what is no longer needed' }, (step) =>
    setFirewall(run, step, after, provenState(after).firewall),
  );
}

async function verified(run: Run): Promise<void> {
  await run.step({ key: 'verify', title: 'Verify every backend through the balancer' }, async (step) =>
    verifyFront(run, step, await requireFleet(run.worker, run.operation.appId)),
  );
}

/** What visitors are answered changes with the whole of the front, not by and by within the 100 ms in which Nginx replaces its workers. */
async function inForce(run: Run): Promise<void> {
  await run.step({ key: 'verify', title: 'Verify that it is in force' }, async (step) =>
    verifyInForce(run, step, await requireFleet(run.worker, run.operation.appId)),
  );
}

/** What shows, beyond the new config being served, that a change of the front alone is made. */
function proofOf({ kind, input }: Operation): ((run: Run) => Promise<void>) | null {
  const named = input as { tls?: object; backendTls?: object } | null;
  // Only a handshake shows that visitors get through, and that backends are taken for who they are.
  if (kind === 'load-balancer.change' && (named?.tls ?? named?.backendTls) !== undefined) return verified;
  // The app answers by its front in the file's place, or the file comes back.
  if (kind === 'load-balancer.import') return verified;
  // Only who gets which share changes: some requests going by the earlier shares harm nobody.
  const isAboutShares = ['backend.toggle', 'backend.configure', 'load-balancer.slow-start'].includes(kind);
  return isAboutShares ? null : inForce;
}

async function prepareMachines(run: Run, fleet: Fleet, joining: readonly Backend[]): Promise<void> {
  await inTransaction(run, async (tx) => {
    const waiting = joining.filter(({ state }) => backendStatus.can(state, 'preparing'));
    for (const backend of waiting)
      await moveBackend(run, tx, backend.id, 'preparing', { health: 'deploying', healthReason: null });
  });
  await inParallel(serversOf(fleet, joining), (serverId) => {
    const hasBackend = fleet.backends.some((backend) => backend.serverId === serverId);
    return prepareMachine(run, serverOf(fleet, serverId), needsOf(fleet.app, serverId, hasBackend));
  });
}

/** Before anything new is started: ports and grants for all who are to come, while those on their way out keep theirs. */
async function openDoors(
  run: Run,
  fleet: Fleet,
  joining: readonly Backend[],
  hasPorts: boolean,
): Promise<void> {
  const keepStreamPorts = await leavingPorts(run.worker, fleet);
  const desired = provenState(fleet, { keepRetiring: true, keepStreamPorts });
  const servers = hasPorts ? fleet.servers.map(({ id }) => id) : serversOf(fleet, joining);
  await run.step({ key: 'firewall', title: 'Open the firewall' }, (step) =>
    setFirewall(
      run,
      step,
      fleet,
      desired.firewall.filter(({ serverId }) => servers.includes(serverId)),
    ),
  );
  await run.step({ key: 'database', title: 'Open the database' }, (step) =>
    openDatabase(run, step, fleet, desired.database),
  );
  await openRedis(run, fleet, desired.redis);
}

async function settled(run: Run, { loadBalancer }: Fleet): Promise<void> {
  const status = loadBalancer.enabled ? 'on' : 'off';
  await inTransaction(run, (tx) => moveLoadBalancer(run, tx, loadBalancer.id, status));
}
