import {
  announce,
  type BackendState,
  backendStatus,
  type DesiredState,
  importsOf,
  type LoadBalancerStatus,
  loadBalancerStatus,
  newId,
  readCertificateSecret,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { type RenderedConfig, renderFront, renderStreams } from '@fairlead/nginx';
import { type HostInput, type HostResult, hostCall } from '@fairlead/remote';
import { balancerOf, type Fleet, provenState, serverOf } from '../fleet.ts';
import { nginxOf } from '../hosts/nginx.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { inTransaction, moveBackend } from './move.ts';
import { endSlowStarts, paceBackends } from './pace-backends.ts';
import { snippetFault } from './snippet-fault.ts';

/** The front as the balancer now verifiably serves it. */
export interface AppliedFront {
  generation: number;
  reloaded: boolean;
  desired: DesiredState;
  /** What Nginx served right after, where that was asked for. */
  seen: HostResult<'nginx.observe'> | null;
}

type NginxFiles = HostInput<'nginx.apply'>['files'];

/** The certificate and key of a front and the authority of its backends, as its file brings them along. */
type Shown = Awaited<ReturnType<typeof certificateOf>> & ReturnType<typeof authorityOf>;

interface Rendered extends RenderedConfig {
  generation: number;
  /** The file of TCP streams beside it; null: there is to be none. */
  streams: RenderedConfig | null;
}

/**
 * Makes the balancer, and then its successor if it moves, serve the desired front and the streams beside it, and records what they verifiably serve: generation, hash, content, and
 * which backends are in. `status` is the load balancer's next, recorded with it, where nothing else is left to do; with `isSeen` the balancer is also asked
 * what it serves. One round trip to each host.
 */
export async function applyFront(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  { status = null, isSeen = false }: { status?: LoadBalancerStatus | null; isSeen?: boolean } = {},
): Promise<AppliedFront> {
  const current = await withFreshGeneration(run, await paceBackends(run, fleet));
  const desired = provenState(current);
  const balancer = balancerOf(current);
  const rendered = render(balancer, desired);
  const { generation } = rendered;
  const certificate = { ...(await certificateOf(run, current, desired)), ...authorityOf(current, desired) };
  const { result, seen } = await applyOn(run, current, balancer, rendered, certificate, isSeen);
  await record(run, current, desired, rendered, status);
  await applyOnSuccessor(run, step, current, desired, certificate);
  step.outcome(
    result.reloaded
      ? `Generation ${generation} is served, ${Math.round(result.liveMs)} ms after the reload.`
      : `Generation ${generation} was served already.`,
  );
  return { generation, reloaded: result.reloaded, desired, seen };
}

/** Whether the books say that the balancer serves the front as it should be by now. */
export function isServed(fleet: Fleet): boolean {
  const { loadBalancer } = fleet;
  const { generation, sha256, streams } = render(balancerOf(fleet), provenState(fleet));
  return (
    loadBalancer.observedGeneration === generation &&
    loadBalancer.observedHash === sha256 &&
    loadBalancer.observedStreamsHash === (streams?.sha256 ?? null)
  );
}

function render(server: Server, { fronts }: DesiredState): Rendered {
  const front = fronts.find(({ serverId }) => serverId === server.id);
  if (front === undefined)
    throw new AppError('conflict', 'This app is being removed; it has no front any more.');
  const nginx = nginxOf(server);
  const streams = front.streams === null ? null : renderStreams(front.streams, nginx);
  return { ...renderFront(front.spec, nginx), generation: front.spec.generation, streams };
}

/** What a front shows, opened for its balancers alone; nothing without TLS. */
async function certificateOf(run: Run, { app }: Fleet, { fronts }: DesiredState) {
  const wanted = fronts[0]?.spec.tls?.certificate;
  if (wanted === undefined) return {};
  const { key, ...certificate } = await readCertificateSecret(run.worker, app, wanted);
  return { certificate: { ...certificate, key: key.reveal() } };
}

/** Whose certificates a front takes of its backends; nothing where it asks them without TLS. */
function authorityOf({ loadBalancer }: Fleet, { fronts }: DesiredState) {
  if (fronts[0]?.spec.backendTls === undefined) return {};
  const authority = loadBalancer.backendCertificates?.authority;
  if (authority === undefined) throw new AppError('internal', 'The backends of this app have no authority.');
  return { authority: { sha256: authority.sha256, chain: authority.certificate } };
}

/** Both go live together; a file of streams is taken away only where one was put. */
function filesOf(
  { app, loadBalancer }: Fleet,
  { generation, streams, ...front }: Rendered,
  replaces: Pick<NginxFiles[number], 'replaces'>,
  certificate: Shown,
): NginxFiles {
  const file = (kind: 'front' | 'stream', { content, listens }: RenderedConfig) => ({
    kind,
    app: app.slug,
    content,
    generation,
    listens,
  });
  const shown = { ...file('front', front), ...certificate, ...replaces };
  if (streams !== null) return [shown, file('stream', streams)];
  const gone = { kind: 'stream' as const, app: app.slug, content: null, generation, listens: [] };
  return [shown, ...(loadBalancer.observedStreamsHash === null ? [] : [gone])];
}

/**
 * Files of the server's own that the front takes the place of. Named until it does: after that they are out whoever applies it, and a server that was set
 * up anew has none. An import that is put back names none, so that its file comes back.
 */
function replacedBy(
  run: Run,
  { loadBalancer }: Fleet,
  serverId: string,
): Pick<NginxFiles[number], 'replaces'> {
  const here = importsOf(loadBalancer).filter((entry) => entry.serverId === serverId);
  const isToBe = here.some(({ generation }) => generation > loadBalancer.observedGeneration);
  if (!isToBe && run.kind !== 'load-balancer.import') return {};
  return { replaces: here.map(({ path, sha256 }) => ({ path, sha256 })) };
}

/** One server serves the front. @throws AppError `nginx-not-live` unless it says that it serves just this */
async function applyOn(
  run: Run,
  fleet: Fleet,
  server: Server,
  rendered: Rendered,
  certificate: Shown,
  isSeen = false,
): Promise<{ result: HostResult<'nginx.apply'>; seen: HostResult<'nginx.observe'> | null }> {
  const client = await run.worker.hosts.client(server);
  const input = { files: filesOf(fleet, rendered, replacedBy(run, fleet, server.id), certificate) };
  const options = { fence: run.fence(server.id) };
  const observe = hostCall('nginx.observe', { app: fleet.app.slug });
  const applied = isSeen
    ? client.sequence([hostCall('nginx.apply', input), observe], options)
    : client.call('nginx.apply', input, options).then((result) => [result, null] as const);
  const [result, seen] = await applied.catch((error: unknown) => {
    throw snippetFault(error, rendered.content) ?? error;
  });
  const isSaid = (kind: 'front' | 'stream', { sha256 }: RenderedConfig) =>
    result.files.some(
      (file) =>
        file.kind === kind &&
        file.app === fleet.app.slug &&
        file.sha256 === sha256 &&
        file.generation === rendered.generation,
    );
  const { streams } = rendered;
  if (isSaid('front', rendered) && (streams === null || isSaid('stream', streams))) return { result, seen };
  throw new AppError('nginx-not-live', `${server.name} did not say that it serves the new configuration.`, {
    server: server.name,
  });
}

/** The server that the balancer moves to serves the same generation, after the balancer: visitors come by either. */
async function applyOnSuccessor(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  desired: DesiredState,
  certificate: Shown,
): Promise<void> {
  const { id, successorServerId } = fleet.loadBalancer;
  if (successorServerId === null) return;
  const successor = serverOf(fleet, successorServerId);
  const rendered = render(successor, desired);
  await applyOn(run, fleet, successor, rendered, certificate);
  await inTransaction(run, async (tx) => {
    await tx.loadBalancer.updateMany({
      where: { id, successorServerId },
      data: { successorGeneration: rendered.generation },
    });
    await announce(tx, run.claim.organizationId, 'load-balancer', fleet.app.id);
  });
  step.note(`${successor.name} serves generation ${rendered.generation} too`);
}

/**
 * A generation names one content for good. Where this one was served with another (a backend proved healthy since, a domain changed), the next
 * number is taken.
 */
async function withFreshGeneration(run: Run, fleet: Fleet): Promise<Fleet> {
  const { loadBalancer } = fleet;
  const rendered = render(balancerOf(fleet), provenState(fleet));
  const isTaken =
    loadBalancer.observedGeneration >= rendered.generation &&
    (loadBalancer.observedHash !== rendered.sha256 ||
      loadBalancer.observedStreamsHash !== (rendered.streams?.sha256 ?? null));
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
  then: LoadBalancerStatus | null,
): Promise<void> {
  await recordServed(run, fleet, rendered, then);
  await inTransaction(run, async (tx) => {
    for (const backend of fleet.backends) {
      const isHeldBack = backend.desired === 'enabled' && backend.heldBack !== null;
      const next = isHeldBack ? backend.state : stateInFront(desired, backend.id, backend.state);
      if (next !== backend.state) await moveBackend(run, tx, backend.id, next as BackendState);
    }
    await endSlowStarts(tx, fleet);
    await announce(tx, run.claim.organizationId, 'app', fleet.app.id);
  });
}

/** The generation and its content in one statement, which is all that stands between the host's answer and whoever waits for it. */
async function recordServed(
  run: Run,
  { app, loadBalancer }: Fleet,
  { generation, sha256, content, streams }: Rendered,
  then: LoadBalancerStatus | null,
): Promise<void> {
  const { prisma, clock } = run.worker;
  const { id, balancerServerId, status: from } = loadBalancer;
  const now = clock();
  const to = then === null ? from : loadBalancerStatus.transition(from, then);
  await prisma.$executeRaw`
    WITH served AS (
      UPDATE load_balancer SET
        "observedGeneration" = ${generation}, "observedHash" = ${sha256}, "observedStreamsHash" = ${streams?.sha256 ?? null}, "observedAt" = ${now}::timestamp, "updatedAt" = ${now}::timestamp,
        status = CASE WHEN status = ${from} THEN ${to} ELSE status END
      WHERE id = ${id} AND "observedGeneration" <= ${generation}
    )
    INSERT INTO applied_config (id, "loadBalancerId", generation, "serverId", sha256, content, streams, "operationId", "appliedAt")
    VALUES (${newId(now)}, ${id}, ${generation}, ${balancerServerId}, ${sha256}, ${content}, ${streams?.content ?? null}, ${run.operation.id}, ${now}::timestamp)
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
