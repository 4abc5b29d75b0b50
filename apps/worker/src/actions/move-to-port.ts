import { announce, listenPorts, wantedPort } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { type Fleet, provenState, requireFleet, serverOf } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';
import { applyFront } from './apply-front.ts';
import { applyBackendFile } from './backend-file.ts';
import { drainBackend } from './drain-backend.ts';
import { inTransaction, moveLoadBalancer } from './move.ts';
import { probeBackend } from './probe-backend.ts';
import { setFirewall } from './set-firewall.ts';

/**
 * A backend to its other port without a request lost: the new one is opened beside the old and looked at from the balancer, then the front asks there, and
 * the old one is closed when no connection uses it any more. Which ports are open stands in the row after each part, so that whoever goes on after a failure
 * never leads requests to a port that is closed.
 */
export async function moveToPort(run: Run, backendId: string): Promise<void> {
  const look = async () => {
    const fleet = await requireFleet(run.worker, run.operation.appId);
    const backend = fleet.backends.find(({ id }) => id === backendId);
    return backend === undefined ? null : { fleet, backend };
  };
  const before = await look();
  if (before === null) return;
  await open(run, before.fleet, before.backend);
  const opened = await look();
  if (opened === null) return;
  await run.step({ key: 'apply', title: 'Apply the new balancing' }, (step) =>
    applyFront(run, step, opened.fleet),
  );
  await close(run, opened.fleet, opened.backend);
  await inTransaction(run, (tx) => {
    const { id, enabled } = opened.fleet.loadBalancer;
    return moveLoadBalancer(run, tx, id, enabled ? 'on' : 'off');
  });
}

async function open(run: Run, fleet: Fleet, backend: Backend): Promise<void> {
  const server = serverOf(fleet, backend.serverId);
  const port = wantedPort(fleet.app, backend);
  await run.step({ key: 'firewall', title: `Open port ${port}`, serverId: server.id }, (step) =>
    setFirewall(run, step, fleet, rulesOf(fleet, backend)),
  );
  await run.step(
    {
      key: `file:${backend.id}`,
      title: `Have ${server.name} listen on port ${port} too`,
      serverId: server.id,
    },
    async (step) => {
      const { configHash } = await applyBackendFile(run, fleet, backend, backend.colour);
      await record(run, backend, { configHash });
      step.outcome(`It listens on ${listenPorts(fleet.app, backend).join(' and ')}.`);
    },
  );
  await run.step(
    {
      key: `probe:${backend.id}`,
      title: `Ask ${server.name} at port ${port} from the balancer`,
      serverId: server.id,
    },
    (step) => probeBackend(run, step, fleet, backend, { way: 'plain', port }),
  );
  const others = backend.openPorts.filter((known) => known !== port);
  await record(run, backend, { openPorts: [...others, port] });
}

async function close(run: Run, fleet: Fleet, backend: Backend): Promise<void> {
  const server = serverOf(fleet, backend.serverId);
  const old = listenPorts(fleet.app, backend).slice(1);
  const alone = { ...backend, openPorts: [] };
  const after = { ...fleet, backends: fleet.backends.map((row) => (row.id === backend.id ? alone : row)) };
  for (const port of old) {
    await run.step(
      {
        key: `drain:${backend.id}:${port}`,
        title: `Wait for requests at port ${port} of ${server.name}`,
        serverId: server.id,
      },
      (step) => drainBackend(run, step, fleet, backend, undefined, [port]),
    );
  }
  await run.step(
    { key: 'close', title: `Close port ${old.join(' and ') || 'that was left'}`, serverId: server.id },
    async (step) => {
      const { configHash } = await applyBackendFile(run, after, alone, backend.colour);
      await setFirewall(run, step, after, rulesOf(after, alone));
      await record(run, backend, { configHash, openPorts: [] });
    },
  );
}

function rulesOf(fleet: Fleet, { serverId }: Backend) {
  return provenState(fleet).firewall.filter((entry) => entry.serverId === serverId);
}

async function record(
  run: Run,
  { id }: Backend,
  data: { configHash?: string; openPorts?: number[] },
): Promise<void> {
  await inTransaction(run, async (tx) => {
    await tx.backend.update({ where: { id }, data });
    await announce(tx, run.claim.organizationId, 'backend', id);
  });
}
