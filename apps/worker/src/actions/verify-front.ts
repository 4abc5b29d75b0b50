import { frontPort, frontTlsPort } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import type { HostResult } from '@fairlead/remote';
import {
  balancerOf,
  type Fleet,
  hostHeaderOf,
  provenState,
  requireFleet,
  seenFromSuccessor,
  serverOf,
} from '../fleet.ts';
import { type LookTarget, lookFromBalancer } from '../poller/look.ts';
import { inParallel, settleAll, together } from '../runtime/parallel.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { applyFront, isServed } from './apply-front.ts';
import { probeBackend } from './probe-backend.ts';

type Seen = HostResult<'nginx.observe'>;

/**
 * The balancer, and its successor if it moves, serves what was applied, reaches every backend that is given requests, and answers for the app on its own
 * front (but under maintenance). `seen`: what the balancer served a moment ago; without it, it is asked.
 * @throws AppError `nginx-not-live`, `never-healthy`
 */
export async function verifyFront(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  seen: Seen | null = null,
): Promise<void> {
  await verifyOne(run, step, fleet, seen);
  const successor = seenFromSuccessor(fleet);
  if (successor !== null) await verifyOne(run, step, successor);
}

async function verifyOne(run: Run, step: StepTools, fleet: Fleet, seen: Seen | null = null): Promise<void> {
  const generation = await verifyServed(run, fleet, seen);
  await lookThrough(run, step, fleet);
  step.outcome(wordsOf(fleet, generation));
}

/**
 * Visitors are led to the app as it is now, and what they meet is verified. Where the books say that no front has to change for it, its backends are looked at
 * meanwhile; that counts if Nginx says so too.
 */
export async function leadVisitors(run: Run): Promise<void> {
  const look = () => requireFleet(run.worker, run.operation.appId);
  const fleet = await look();
  const verify = { key: 'verify', title: 'Verify from the balancer' };
  const leading = run.step({ key: 'front', title: 'Lead visitors to the app' }, (step) =>
    applyFront(run, step, fleet, { isSeen: true }),
  );
  if (!isServed(fleet) || fleet.loadBalancer.successorServerId !== null) {
    const { seen } = await leading;
    return run.step(verify, async (step) => verifyFront(run, step, await look(), seen));
  }
  await together(
    () => leading,
    () =>
      run.step(verify, async (step) => {
        const [looked] = await settleAll([fleet], (served) => lookThrough(run, step, served));
        const applied = await leading.catch(() => null);
        if (applied === null) return step.skip('The front could not be applied.');
        if (applied.reloaded || looked?.ok !== true)
          return verifyFront(run, step, await look(), applied.seen);
        step.outcome(wordsOf(fleet, await verifyServed(run, fleet, applied.seen)));
      }),
  );
}

/** Every backend that is given requests answers the balancer well, and so does the app on the balancer's front, but under maintenance. */
async function lookThrough(run: Run, step: StepTools, fleet: Fleet): Promise<void> {
  const up = upIn(fleet);
  await together(
    () => inParallel(up, (backend) => probeBackend(run, step, fleet, backend)),
    async () => {
      if (up.length > 0 && !fleet.loadBalancer.maintenance) await askFront(run, fleet);
    },
  );
}

function upIn(fleet: Fleet): Backend[] {
  const { backends } = provenState(fleet);
  const up = backends.filter(({ inUpstream }) => inUpstream === 'up').map(({ backendId }) => backendId);
  return fleet.backends.filter(({ id }) => up.includes(id));
}

function wordsOf(fleet: Fleet, generation: number): string {
  const names = upIn(fleet).map(({ serverId }) => serverOf(fleet, serverId).name);
  return `Generation ${generation} answers${names.length > 0 ? ` by ${names.join(', ')}` : ''}.`;
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
async function verifyServed(run: Run, fleet: Fleet, seen: Seen | null = null): Promise<number> {
  const { app, loadBalancer } = fleet;
  const balancer = balancerOf(fleet);
  const ask = async () => (await run.worker.hosts.client(balancer)).call('nginx.observe', { app: app.slug });
  const { files, settled } = seen ?? (await ask());
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
