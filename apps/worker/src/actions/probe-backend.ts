import { backendName, doorOf, servedWay, type Way } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { balancerOf, type Fleet, hostHeaderOf, serverOf } from '../fleet.ts';
import { lookFromBalancer } from '../poller/look.ts';
import type { Run, StepTools } from '../runtime/run.ts';

/** How often a backend is asked before it counts as not healthy, and how long after an answer that was not good or good (milliseconds). */
const attempts = 5;
const badPauseMs = 500;
const goodPauseMs = 200;

/** Where a backend is asked, and how often in a row it has to answer well. */
interface ProbeOptions {
  way?: Way;
  port?: number;
  /** Default: once. */
  rise?: number;
}

/**
 * The balancer finds the backend healthy, at the address and by the path that its requests take, or will take; by TLS only with a certificate of its own.
 * @throws AppError `never-healthy`
 */
export async function probeBackend(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
  { rise = 1, ...where }: ProbeOptions = {},
): Promise<void> {
  const { app } = fleet;
  const server = serverOf(fleet, backend.serverId);
  const target = targetOf(fleet, backend, where);
  const looks = attempts + rise - 1;
  let reason = '';
  let inRow = 0;
  const startedAt = performance.now();
  for (let attempt = 1; attempt <= looks; attempt += 1) {
    const look = await lookFromBalancer(run.worker, target);
    const isGood = look.kind === 'answered' && look.healthy;
    inRow = isGood ? inRow + 1 : 0;
    if (isGood && inRow === rise) {
      const lookedMs = Math.round(performance.now() - startedAt);
      const often = rise === 1 ? '' : `, ${rise} times in a row within ${lookedMs} ms`;
      step.outcome(
        `${server.name} answers the balancer ${look.status} in ${Math.round(look.latencyMs ?? 0)} ms${often}.`,
      );
      return;
    }
    if (!isGood) {
      reason = look.kind === 'answered' ? (look.reason ?? 'It did not answer well.') : look.why;
      step.note(`${server.name}, look ${attempt} of ${looks}: ${reason}`);
    }
    if (step.signal.aborted) throw step.signal.reason;
    if (attempt < looks)
      await new Promise((resolve) => setTimeout(resolve, isGood ? goodPauseMs : badPauseMs));
  }
  throw new AppError('never-healthy', `The balancer does not find ${server.name} healthy: ${reason}`, {
    server: server.name,
    hint: `Look at what the app answers for ${app.healthPath}, and that ${server.name} lets ${target.balancer.name} in.`,
    details: { lastAnswer: reason, path: app.healthPath },
  });
}

/** Whether the balancer finds the backend healthy at this moment. */
export async function isHealthyNow(run: Run, fleet: Fleet, backend: Backend): Promise<boolean> {
  const look = await lookFromBalancer(run.worker, targetOf(fleet, backend));
  return look.kind === 'answered' && look.healthy;
}

function targetOf(
  fleet: Fleet,
  backend: Backend,
  { way = servedWay(fleet.loadBalancer), port }: Omit<ProbeOptions, 'rise'> = {},
) {
  const { app, loadBalancer } = fleet;
  return {
    balancer: balancerOf(fleet),
    address: backend.address,
    port: port ?? doorOf(app, loadBalancer, backend, way).port,
    path: app.healthPath,
    host: hostHeaderOf(fleet),
    timeoutMs: Math.max(app.healthTimeoutMs, 5_000),
    freshConnection: true,
    ...(way === 'tls' ? { authority: authorityOf(fleet) } : {}),
  };
}

/** The one authority whose certificates are good for this app's backends, and the name that they are for. */
function authorityOf({ app, loadBalancer }: Fleet) {
  const { certificate } = loadBalancer.backendCertificates?.authority ?? {};
  if (certificate === undefined)
    throw new AppError('internal', 'The backends of this app have no authority.');
  return { certificate, name: backendName(app.slug) };
}
