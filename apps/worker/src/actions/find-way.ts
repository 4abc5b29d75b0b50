import { announce, balancerServerIds, isProven, isWayOpen } from '@fairlead/core';
import type { Backend, Server } from '@fairlead/db';
import { toAppError } from '@fairlead/errors';
import { scanHostKey } from '@fairlead/remote';
import { type Fleet, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { inTransaction } from './move.ts';

/** How long a private network has to show the machine (milliseconds). */
const patienceMs = 5_000;
const sshPort = 22;

/**
 * By which address the balancer, and its successor if it moves, will ask backends that serve nobody yet: the private one where the balancer meets that very machine there, by its host key;
 * else the public one. Two machines may each have a private address without a network between them, or with another machine at it.
 */
export async function findWays(run: Run, fleet: Fleet, joining: readonly Backend[]): Promise<void> {
  const balancers = balancerServerIds({ ...fleet.loadBalancer, formerServerId: null }).map((id) =>
    serverOf(fleet, id),
  );
  const open = joining.filter(
    (backend) =>
      !isProven(backend) &&
      balancers.every((balancer) => isWayOpen(serverOf(fleet, backend.serverId), balancer)),
  );
  await inParallel(open, (backend) => {
    const server = serverOf(fleet, backend.serverId);
    const name = {
      key: `address:${backend.id}`,
      title: `Find the way from ${balancers.map((balancer) => balancer.name).join(' and ')} to ${server.name}`,
      serverId: server.id,
    };
    return run.step(name, async (step) => {
      const looks = await inParallel(balancers, (balancer) => look(run, step, balancer, server));
      const found = {
        isSame: looks.every(({ isSame }) => isSame),
        why: looks.map(({ why }) => why).join(' '),
      };
      const address = found.isSame ? server.privateAddress : server.ipAddress;
      if (address !== null && address !== backend.address) {
        await inTransaction(run, async (tx) => {
          await tx.backend.update({ where: { id: backend.id }, data: { address } });
          await announce(tx, run.claim.organizationId, 'backend', backend.id);
        });
      }
      step.outcome(`${found.why} It is asked at ${address}.`);
    });
  });
}

/** Who answers at a server's private address, seen from the balancer: where SSH is told to be, or at its usual port, as another may be forwarded to it. */
async function look(
  run: Run,
  step: StepTools,
  balancer: Server,
  { name, port, hostKey, privateAddress }: Server,
): Promise<{ isSame: boolean; why: string }> {
  const { hosts } = run.worker;
  const through = await hosts.pool.acquire(await hosts.dailyTarget(balancer), { signal: step.signal });
  const limits = { tcpTimeoutMs: patienceMs, handshakeTimeoutMs: patienceMs };
  const options = { through, name, pinned: hostKey, limits, signal: step.signal };
  let why = '';
  for (const candidate of new Set([port, sshPort])) {
    try {
      const { key } = await scanHostKey(privateAddress ?? '', candidate, options);
      if (key === hostKey)
        return { isSame: true, why: `${balancer.name} meets ${name} at ${privateAddress}.` };
      why = `Another machine than ${name} answers at ${privateAddress}.`;
    } catch (error) {
      const { code, message } = toAppError(error);
      if (code === 'cancelled' || !through.isOpen) throw error;
      why ||= `${name} is not met at ${privateAddress}: ${message}`;
    }
  }
  return { isSame: false, why };
}
