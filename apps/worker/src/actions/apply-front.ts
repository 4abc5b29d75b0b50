import {
  announce,
  type BackendState,
  backendStatus,
  type DesiredState,
  type LoadBalancerStatus,
  loadBalancerStatus,
  newId,
  readCertificateSecret,
} from '@fairlead/core';
import { AppError } from '@fairlead/errors';
import { type RenderedConfig, renderFront } from '@fairlead/nginx';
import type { HostResult } from '@fairlead/remote';
import { balancerOf, type Fleet, provenState } from '../fleet.ts';
import { nginxOf } from '../hosts/nginx.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { inTransaction, moveBackend } from './move.ts';
import { snippetFault } from './snippet-fault.ts';

/** The front as the balancer now verifiably serves it. */
export interface AppliedFront {
  generation: number;
  reloaded: boolean;
  desired: DesiredState;
}

interface Rendered extends RenderedConfig {
  generation: number;
}

/**
 * Makes the balancer serve the desired front and records what it verifiably serves: generation, hash, content, and which backends are in. `then` is the
 * load balancer's next status, recorded with it, where nothing else is left to do. One round trip to the host, one transaction.
 */
export async function applyFront(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  then: LoadBalancerStatus | null = null,
): Promise<AppliedFront> {
  const current = await withFreshGeneration(run, fleet);
  const desired = provenState(current);
  const rendered = render(current, desired);
  const { app, loadBalancer } = current;
  const client = await run.worker.hosts.client(balancerOf(current));
  const { generation, content, listens } = rendered;
  const certificate = await certificateOf(run, current, desired);
  const result = await client
    .call(
      'nginx.apply',
      { files: [{ kind: 'front', app: app.slug, content, generation, listens, ...certificate }] },
      { fence: run.fence(loadBalancer.balancerServerId) },
    )
    .catch((error: unknown) => {
      throw snippetFault(error, content) ?? error;
    });
  await record(run, current, desired, rendered, result, then);
  step.outcome(
    result.reloaded
      ? `Generation ${generation} is served, ${Math.round(result.liveMs)} ms after the reload.`
      : `Generation ${generation} was served already.`,
  );
  return { generation, reloaded: result.reloaded, desired };
}

/** What the front shows, opened for its balancer alone; nothing without TLS. */
async function certificateOf(run: Run, { app }: Fleet, { front }: DesiredState) {
  const wanted = front?.spec.tls?.certificate;
  if (wanted === undefined) return {};
  const { key, ...certificate } = await readCertificateSecret(run.worker, app, wanted);
  return { certificate: { ...certificate, key: key.reveal() } };
}

function render(fleet: Fleet, desired: DesiredState): Rendered {
  if (desired.front === null)
    throw new AppError('conflict', 'This app is being removed; it has no front any more.');
  const { spec } = desired.front;
  return { ...renderFront(spec, nginxOf(balancerOf(fleet))), generation: spec.generation };
}

/**
 * A generation names one content for good. Where this one was served with another (a backend proved healthy since, a domain changed), the next
 * number is taken.
 */
async function withFreshGeneration(run: Run, fleet: Fleet): Promise<Fleet> {
  const { loadBalancer } = fleet;
  const rendered = render(fleet, provenState(fleet));
  const isTaken =
    loadBalancer.observedGeneration >= rendered.generation && loadBalancer.observedHash !== rendered.sha256;
  if (!isTaken && loadBalancer.generation > 0) return fleet;
  const generation = Math.max(loadBalancer.observedGeneration, loadBalancer.generation) + 1;
  await run.worker.prisma.loadBalancer.updateMany({
    where: { id: loadBalancer.id, generation: { lt: generation } },
    data: { generation },
  });
  return { ...fleet, loadBalancer: { ...loadBalancer, generation } };
}

async function record(
  run: Run,
  fleet: Fleet,
  desired: DesiredState,
  rendered: Rendered,
  result: HostResult<'nginx.apply'>,
  then: LoadBalancerStatus | null,
): Promise<void> {
  const answered = result.files.find((file) => file.kind === 'front' && file.app === fleet.app.slug);
  if (
    !answered?.sha256 ||
    answered.sha256 !== rendered.sha256 ||
    answered.generation !== rendered.generation
  ) {
    throw new AppError('nginx-not-live', 'The balancer did not say that it serves the new configuration.', {
      server: balancerOf(fleet).name,
    });
  }
  await recordServed(run, fleet, rendered, then);
  await inTransaction(run, async (tx) => {
    for (const backend of fleet.backends) {
      const next = stateInFront(desired, backend.id, backend.state);
      if (next !== backend.state) await moveBackend(run, tx, backend.id, next as BackendState);
    }
    await announce(tx, run.claim.organizationId, 'app', fleet.app.id);
  });
}

/** The generation and its content in one statement, which is all that stands between the host's answer and whoever waits for it. */
async function recordServed(
  run: Run,
  { app, loadBalancer }: Fleet,
  { generation, sha256, content }: Rendered,
  then: LoadBalancerStatus | null,
): Promise<void> {
  const { prisma, clock } = run.worker;
  const { id, balancerServerId, status: from } = loadBalancer;
  const now = clock();
  const to = then === null ? from : loadBalancerStatus.transition(from, then);
  await prisma.$executeRaw`
    WITH served AS (
      UPDATE load_balancer SET
        "observedGeneration" = ${generation}, "observedHash" = ${sha256}, "observedAt" = ${now}::timestamp, "updatedAt" = ${now}::timestamp,
        status = CASE WHEN status = ${from} THEN ${to} ELSE status END
      WHERE id = ${id} AND "observedGeneration" <= ${generation}
    )
    INSERT INTO applied_config (id, "loadBalancerId", generation, "serverId", sha256, content, "operationId", "appliedAt")
    VALUES (${newId(now)}, ${id}, ${generation}, ${balancerServerId}, ${sha256}, ${content}, ${run.operation.id}, ${now}::timestamp)
    ON CONFLICT ("loadBalancerId", generation) DO NOTHING`;
  await announce(prisma, run.claim.organizationId, 'load-balancer', app.id);
}

/** What a backend is once the front with it, or without it, is served. */
function stateInFront(desired: DesiredState, backendId: string, state: string): string {
  const place = desired.backends.find((backend) => backend.backendId === backendId);
  if (place === undefined) return state;
  if (!place.present) return 'removing';
  if (place.inUpstream === 'up') return 'active';
  if (place.inUpstream === 'absent') return state;
  if (state === 'active') return 'draining';
  return backendStatus.can(state, 'disabled') && state !== 'failed' ? 'disabled' : state;
}
