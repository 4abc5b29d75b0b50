import { servedPort } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { balancerOf, type Fleet, hostHeaderOf, serverOf } from '../fleet.ts';
import { lookFromBalancer } from '../poller/look.ts';
import type { Run, StepTools } from '../runtime/run.ts';

/** How often and how long apart a backend is asked before it counts as not healthy (milliseconds). */
const attempts = 5;
const pauseMs = 500;

/**
 * The balancer finds the backend healthy, at the address and by the path that its requests take, or will take.
 * @throws AppError `never-healthy`
 */
export async function probeBackend(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
  port: number = servedPort(fleet.app, backend),
): Promise<void> {
  const { app } = fleet;
  const server = serverOf(fleet, backend.serverId);
  const target = {
    balancer: balancerOf(fleet),
    address: backend.address,
    port,
    path: app.healthPath,
    host: hostHeaderOf(fleet),
    timeoutMs: Math.max(app.healthTimeoutMs, 5_000),
    freshConnection: true,
  };
  let reason = '';
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const look = await lookFromBalancer(run.worker, target);
    if (look.kind === 'answered' && look.healthy) {
      step.outcome(
        `${server.name} answers the balancer ${look.status} in ${Math.round(look.latencyMs ?? 0)} ms.`,
      );
      return;
    }
    reason = look.kind === 'answered' ? (look.reason ?? 'It did not answer well.') : look.why;
    step.note(`${server.name}, look ${attempt} of ${attempts}: ${reason}`);
    if (step.signal.aborted) throw step.signal.reason;
    if (attempt < attempts) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new AppError('never-healthy', `The balancer does not find ${server.name} healthy: ${reason}`, {
    server: server.name,
    hint: `Look at what the app answers for ${app.healthPath}, and that ${server.name} lets ${target.balancer.name} in.`,
    details: { lastAnswer: reason, path: app.healthPath },
  });
}
