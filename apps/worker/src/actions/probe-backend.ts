import { backendName, doorOf, servedWay, type Way } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { balancerOf, type Fleet, hostHeaderOf, serverOf } from '../fleet.ts';
import { lookFromBalancer } from '../poller/look.ts';
import type { Run, StepTools } from '../runtime/run.ts';

/** How often and how long apart a backend is asked before it counts as not healthy (milliseconds). */
const attempts = 5;
const pauseMs = 500;

/**
 * The balancer finds the backend healthy, at the address and by the path that its requests take, or will take; by TLS only with a certificate of its own.
 * @throws AppError `never-healthy`
 */
export async function probeBackend(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
  way: Way = servedWay(fleet.loadBalancer),
  port: number = doorOf(fleet.app, fleet.loadBalancer, backend, way).port,
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
    ...(way === 'tls' ? { authority: authorityOf(fleet) } : {}),
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

/** The one authority whose certificates are good for this app's backends, and the name that they are for. */
function authorityOf({ app, loadBalancer }: Fleet) {
  const { certificate } = loadBalancer.backendCertificates?.authority ?? {};
  if (certificate === undefined)
    throw new AppError('internal', 'The backends of this app have no authority.');
  return { certificate, name: backendName(app.slug) };
}
