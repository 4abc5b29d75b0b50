import { frontPort, frontTlsPort } from '@fairlead/core';
import { AppError } from '@fairlead/errors';
import { balancerOf, type Fleet, hostHeaderOf, provenState, seenFromSuccessor, serverOf } from '../fleet.ts';
import { type LookTarget, lookFromBalancer } from '../poller/look.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { probeBackend } from './probe-backend.ts';

/**
 * The balancer, and its successor if it moves, serves what was applied, reaches every backend that is given requests, and answers for the app on its own
 * front (but under maintenance).
 * @throws AppError `nginx-not-live`, `never-healthy`
 */
export async function verifyFront(run: Run, step: StepTools, fleet: Fleet): Promise<void> {
  await verifyOne(run, step, fleet);
  const successor = seenFromSuccessor(fleet);
  if (successor !== null) await verifyOne(run, step, successor);
}

async function verifyOne(run: Run, step: StepTools, fleet: Fleet): Promise<void> {
  const { loadBalancer } = fleet;
  const generation = await verifyServed(run, fleet);
  const { backends } = provenState(fleet);
  const up = backends.filter(({ inUpstream }) => inUpstream === 'up');
  await inParallel(up, ({ backendId }) => {
    const backend = fleet.backends.find(({ id }) => id === backendId);
    return backend === undefined ? Promise.resolve() : probeBackend(run, step, fleet, backend);
  });
  if (up.length > 0 && !loadBalancer.maintenance) await askFront(run, fleet);
  const names = up.map(({ serverId }) => serverOf(fleet, serverId).name).join(', ');
  step.outcome(`Generation ${generation} answers${up.length > 0 ? ` by ${names}` : ''}.`);
}

/**
 * Every worker of the balancer's Nginx that takes new requests, and of its successor's if it moves, serves what was applied.
 * @throws AppError `nginx-not-live`
 */
export async function verifyInForce(run: Run, step: StepTools, fleet: Fleet): Promise<void> {
  const generation = await verifyServed(run, fleet);
  const successor = seenFromSuccessor(fleet);
  if (successor !== null) await verifyServed(run, successor);
  step.outcome(`Every request is answered by generation ${generation}.`);
}

/** The generation that the balancer serves, if it is the applied one; waits for workers of earlier ones to stop taking requests. */
async function verifyServed(run: Run, fleet: Fleet): Promise<number> {
  const { app, loadBalancer } = fleet;
  const balancer = balancerOf(fleet);
  const client = await run.worker.hosts.client(balancer);
  const { files, settled } = await client.call('nginx.observe', { app: app.slug });
  const serving = files.find((file) => file.kind === 'front')?.serving ?? null;
  const streams = files.find((file) => file.kind === 'stream')?.serving ?? null;
  if (
    serving?.generation !== loadBalancer.observedGeneration ||
    (loadBalancer.observedHash !== null && serving.sha256 !== loadBalancer.observedHash) ||
    (streams?.sha256 ?? null) !== loadBalancer.observedStreamsHash
  ) {
    throw new AppError('nginx-not-live', `${balancer.name} serves something else than was applied.`, {
      server: balancer.name,
      hint: 'Try again; if it stays, look who changes Nginx on this server.',
    });
  }
  if (!settled) {
    throw new AppError(
      'nginx-not-live',
      `Nginx on ${balancer.name} still answers by an earlier config, too.`,
      {
        server: balancer.name,
        hint: 'The new config is served; workers of the earlier one have not stopped taking requests. Look for stuck `nginx: worker process` lines in `ps`.',
      },
    );
  }
  return serving.generation;
}

/** How a visitor comes: by TLS, where there is some, and shown the very certificate that was applied. */
function wayIn(fleet: Fleet): Pick<LookTarget, 'port' | 'host' | 'certificate'> {
  const tls = provenState(fleet).fronts[0]?.spec.tls;
  const fingerprint = fleet.loadBalancer.certificate?.fingerprint;
  const host = tls?.names[0];
  if (host === undefined || fingerprint === undefined) return { port: frontPort, host: hostHeaderOf(fleet) };
  return { port: frontTlsPort, host, certificate: fingerprint };
}

async function askFront(run: Run, fleet: Fleet): Promise<void> {
  const balancer = balancerOf(fleet);
  const target = {
    balancer,
    address: '127.0.0.1',
    path: fleet.app.healthPath,
    ...wayIn(fleet),
    timeoutMs: 10_000,
    freshConnection: true,
  };
  const look = await lookFromBalancer(run.worker, target);
  if (look.kind === 'answered' && look.healthy) return;
  const reason = look.kind === 'answered' ? (look.reason ?? '') : look.why;
  throw new AppError('never-healthy', `The front of ${fleet.app.name} does not answer well: ${reason}`, {
    server: balancer.name,
    details: { lastAnswer: reason, path: fleet.app.healthPath },
  });
}
