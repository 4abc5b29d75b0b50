import {
  announce,
  type BackendWay,
  doorOf,
  grpcPort,
  isProven,
  servedWay,
  takesGrpcByTls,
  type Way,
  wantedWay,
} from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import {
  type Fleet,
  presentBackends,
  provenState,
  requireFleet,
  seenFromSuccessor,
  serverOf,
} from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import { applyFront } from './apply-front.ts';
import { drainBackend } from './drain-backend.ts';
import { inTransaction, moveLoadBalancer } from './move.ts';
import { probeBackend } from './probe-backend.ts';
import { retellBackends } from './retell-backends.ts';
import { setFirewall } from './set-firewall.ts';
import { verifyFront } from './verify-front.ts';

const inWords: Record<Way, string> = { plain: 'without TLS', tls: 'by TLS' };

/**
 * The front turns to another way of asking its backends without a request lost: all are opened for it beside the one that is served and looked at by it from
 * the balancer, then the front asks so, and what was left is closed when no connection uses it any more. Which ways are open stands in the load balancer's
 * row, so that whoever goes on after a failure never leads requests to a port that is closed, nor by a way that was not proved.
 */
export async function switchWay(run: Run, appId: string): Promise<void> {
  const look = () => requireFleet(run.worker, appId);
  const before = await look();
  const [wanted, left] = sides(before);
  if (servedWay(before.loadBalancer) !== wanted) await open(run, before, wanted);
  const opened = await look();
  await run.step({ key: 'apply', title: `Ask the backends ${inWords[wanted]}` }, (step) =>
    applyFront(run, step, opened),
  );
  await run.step({ key: 'verify', title: 'Verify every backend through the balancer' }, async (step) =>
    verifyFront(run, step, await look()),
  );
  await close(run, await look(), wanted, left);
  await inTransaction(run, (tx) => {
    const { id, enabled } = opened.loadBalancer;
    return moveLoadBalancer(run, tx, id, enabled ? 'on' : 'off');
  });
}

function sides({ loadBalancer }: Fleet): [wanted: Way, left: Way] {
  const wanted = wantedWay(loadBalancer);
  return [wanted, wanted === 'tls' ? 'plain' : 'tls'];
}

/** Backends that serve, or may be given requests again without another deployment. */
function serving(fleet: Fleet): Backend[] {
  return presentBackends(fleet).filter(isProven);
}

async function open(run: Run, fleet: Fleet, wanted: Way): Promise<void> {
  const { app, loadBalancer } = fleet;
  const backends = serving(fleet);
  await run.step({ key: 'firewall', title: 'Open the firewall' }, (step) =>
    setFirewall(run, step, fleet, provenState(fleet).firewall),
  );
  await retellBackends(run, fleet, backends);
  await inParallel(backends, (backend) => {
    const server = serverOf(fleet, backend.serverId);
    const { port } = doorOf(app, loadBalancer, backend, wanted);
    const title = `Ask ${server.name} at port ${port} ${inWords[wanted]} from the balancer`;
    return run.step({ key: `probe:${backend.id}`, title, serverId: server.id }, async (step) => {
      const served = await requireFleet(run.worker, app.id);
      await probeBackend(run, step, served, backend, { way: wanted });
      const successor = seenFromSuccessor(served);
      if (successor !== null) await probeBackend(run, step, successor, backend, { way: wanted });
    });
  });
  await record(run, fleet, `${wanted}+${servedWay(loadBalancer)}` as BackendWay);
}

async function close(run: Run, fleet: Fleet, wanted: Way, left: Way): Promise<void> {
  const { app, loadBalancer } = fleet;
  const backends = serving(fleet);
  const calls = left === 'tls' && takesGrpcByTls(app, loadBalancer) ? [grpcPort(app)] : [];
  await inParallel(backends, (backend) => {
    const server = serverOf(fleet, backend.serverId);
    const { port } = doorOf(app, loadBalancer, backend, left);
    const title = `Wait for requests at port ${port} of ${server.name}`;
    return run.step({ key: `drain:${backend.id}:${port}`, title, serverId: server.id }, (step) =>
      drainBackend(run, step, fleet, backend, undefined, [port, ...calls]),
    );
  });
  const after = { ...fleet, loadBalancer: { ...loadBalancer, backendWay: wanted } };
  await retellBackends(run, after, backends, 'shut');
  await run.step({ key: 'close', title: 'Close what is no longer needed' }, (step) =>
    setFirewall(run, step, after, provenState(after).firewall),
  );
  // Last: until it stands there, whoever goes on closes what is left.
  await record(run, fleet, wanted);
}

async function record(run: Run, { app, loadBalancer }: Fleet, backendWay: BackendWay): Promise<void> {
  await inTransaction(run, async (tx) => {
    await tx.loadBalancer.update({ where: { id: loadBalancer.id }, data: { backendWay } });
    await announce(tx, run.claim.organizationId, 'load-balancer', app.id);
  });
}
