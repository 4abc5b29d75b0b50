import { balancerServerIds, doorOf, sidePorts } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';

/** How long requests that a backend is still answering may take before it is taken away all the same (milliseconds). */
export const drainTimeoutMs = 30_000;
/** One look at the balancer's connections (milliseconds); between two looks others may ask for the app. */
const sliceMs = 1_000;

/**
 * Waits until no server that leads visitors to the app holds a connection to the backend any more, by HTTP, by a call of gRPC or by a stream. `isWanted` is asked between looks: false ends the wait.
 * Answers how many connections were left.
 */
export async function drainBackend(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
  isWanted: () => Promise<boolean> = async () => true,
  ports: readonly number[] = [
    doorOf(fleet.app, fleet.loadBalancer, backend).port,
    ...sidePorts(fleet.app, fleet.loadBalancer),
  ],
): Promise<number> {
  const remaining = await drainPorts(run, step, fleet, backend.address, [...new Set(ports)], isWanted);
  step.outcome(remaining === 0 ? 'No connection is left.' : `${remaining} connections were left open.`);
  return remaining;
}

/** The same for some ports of an address, seen from the servers that lead visitors to the app or from those named. */
export async function drainPorts(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  address: string,
  ports: readonly number[],
  isWanted: () => Promise<boolean> = async () => true,
  balancers: readonly string[] = balancerServerIds({ ...fleet.loadBalancer, formerServerId: null }),
): Promise<number> {
  const clients = await Promise.all(balancers.map((id) => run.worker.hosts.client(serverOf(fleet, id))));
  const startedAt = performance.now();
  const left = () => drainTimeoutMs - (performance.now() - startedAt);
  let remaining = 0;
  do {
    const timeoutMs = Math.max(0, Math.min(sliceMs, Math.ceil(left())));
    const looks = await Promise.all(
      clients.flatMap((client) =>
        ports.map((port) =>
          client.call('nginx.drain', { address, port, timeoutMs }, { signal: step.signal }),
        ),
      ),
    );
    remaining = looks.reduce((sum, look) => sum + look.remaining, 0);
    if (remaining > 0) {
      step.progress(1 - left() / drainTimeoutMs, `${remaining} connections are still open`);
    }
  } while (remaining > 0 && left() > 0 && (await isWanted()));
  return remaining;
}
