import type { Backend } from '@fairlead/db';
import { claimDomains } from '../app/domains.ts';
import { lockPorts } from '../backend/taken-ports.ts';
import type { OperationContext, Requester } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { type Fleet, loadFleet } from '../fleet.ts';
import type { GivenImport } from '../import/given-import.ts';
import type { OperationKind } from '../operation/kinds.ts';
import { accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { lockApp, lockServer } from '../tenant.ts';
import { isAskedAlready } from './asked-already.ts';
import { httpOf } from './http-of.ts';
import { titleOf } from './intent-title.ts';
import { nextLoadBalancerStatus } from './next-status.ts';
import { readProposal } from './proposal.ts';
import { propose } from './propose.ts';
import type { Intent } from './schemas.ts';

const kinds = {
  enable: 'load-balancer.enable',
  change: 'load-balancer.change',
  maintenance: 'load-balancer.maintenance',
  move: 'load-balancer.move',
  'finish-move': 'load-balancer.finish-move',
  restore: 'load-balancer.restore',
  adopt: 'drift.adopt',
  import: 'load-balancer.import',
  disable: 'load-balancer.disable',
  add: 'backend.add',
  toggle: 'backend.toggle',
  configure: 'backend.configure',
  remove: 'backend.remove',
} as const satisfies Record<Intent['action'], OperationKind>;

/**
 * One change of a load balancer: desired state, generation + 1 and the operation in one transaction. The same intent while one like it waits or runs is
 * answered with that one.
 * @param check refuses what is legal but unwise, seeing the fleet before and after
 */
export async function intend(
  ctx: OperationContext,
  actor: Requester,
  appId: string,
  intent: Intent,
  idempotencyKey: string | undefined,
  more: {
    acknowledged?: string[];
    check?: (before: Fleet, after: Fleet) => void;
    foreign?: GivenImport | null;
  } = {},
): Promise<{ operation: OperationView }> {
  const kind = kinds[intent.action];
  const input = { appId, ...intent };
  const request = { kind, idempotencyKey, input };
  return accept(ctx, actor, request, async (tx) => {
    if (mayTakeBackendPorts(intent)) await lockPorts(tx, actor.organizationId);
    await lockApp(tx, actor, appId);
    const before = await loadFleet(tx, appId);
    const backendId = 'backendId' in intent ? intent.backendId : undefined;
    // Two apps that ask for one port of a balancer come one after the other.
    if (mayTakePorts(intent)) await lockServer(tx, actor, balancerAfter(before, intent));
    const context = await readProposal(tx, before, intent, ctx.clock(), more.foreign);
    if (isAskedAlready(before, intent, context)) {
      const active = await findActive(tx, {
        appId,
        kinds: [kind],
        ...(backendId === undefined ? {} : { backendId }),
      });
      if (active !== null) return { same: active.id };
    }
    const after = propose(before, intent, context);
    more.check?.(before, after);
    const added = after.app.domains.filter((name) => !before.app.domains.includes(name));
    if (added.length > 0) await claimDomains(tx, after.app.domains, appId);
    await saveFleet(tx, before, after, kind, more.acknowledged);
    await announce(tx, actor.organizationId, 'load-balancer', appId);
    const newBackend = after.backends.find((b) => !before.backends.some((known) => known.id === b.id));
    const ofAdded =
      intent.action === 'add' ? after.backends.find((b) => b.serverId === intent.serverId) : undefined;
    return {
      start: {
        kind,
        input,
        title: titleOf(after, intent),
        subject: { type: 'app', id: appId, name: before.app.name },
        appId,
        generation: after.loadBalancer.generation,
        deploymentId:
          newBackend === undefined && ofAdded === undefined ? null : await liveDeployment(tx, appId),
        ...((backendId ?? ofAdded?.id) === undefined ? {} : { backendId: backendId ?? ofAdded?.id }),
      },
    };
  });
}

/** Whether the intent may have backends listen where they did not. */
function mayTakeBackendPorts(intent: Intent): boolean {
  return (
    (intent.action === 'configure' && intent.port != null) ||
    (intent.action === 'change' && intent.backendTls !== undefined)
  );
}

/** Whether the intent may take ports of the balancer that another app could ask for. */
function mayTakePorts(intent: Intent): boolean {
  return ['restore', 'move'].includes(intent.action) || (intent.action === 'change' && namesPorts(intent));
}

function namesPorts({ streams, tls, backendTls, http }: Extract<Intent, { action: 'change' }>): boolean {
  // A route asks without TLS: the two exclude each other.
  return [streams, tls, backendTls, http?.routes].some((named) => named !== undefined);
}

function balancerAfter({ loadBalancer }: Fleet, intent: Intent): string {
  return intent.action === 'move' ? intent.serverId : loadBalancer.balancerServerId;
}

async function saveFleet(
  tx: Transaction,
  before: Fleet,
  after: Fleet,
  kind: OperationKind,
  acknowledged?: string[],
): Promise<void> {
  const { balancerServerId, successorServerId, formerServerId } = after.loadBalancer;
  const { enabled, maintenance, method, hashKey, stickyCookie, slowStartSeconds, generation } =
    after.loadBalancer;
  const { http, streams, tls, certificateId, backendTls, backendWay, imports } = after.loadBalancer;
  const { domains } = after.app;
  const listUrl = ({ loadBalancer }: Fleet) => httpOf(loadBalancer).trustedProxy?.listUrl;
  await tx.loadBalancer.update({
    where: { id: before.loadBalancer.id },
    data: {
      enabled,
      maintenance,
      method,
      hashKey,
      stickyCookie,
      slowStartSeconds,
      http: http as object,
      imports: imports as object[],
      streams: streams as object[],
      tls: tls as object,
      certificateId,
      backendTls: backendTls as object,
      // The worker's alone otherwise, who may write it at this moment.
      ...(backendWay === before.loadBalancer.backendWay ? {} : { backendWay }),
      generation,
      balancerServerId,
      successorServerId,
      formerServerId,
      ...(successorServerId === before.loadBalancer.successorServerId ? {} : { successorGeneration: null }),
      status: nextLoadBalancerStatus(before.loadBalancer, kind),
      ...(acknowledged === undefined ? {} : { acknowledgedChecks: acknowledged }),
      // Of another list nothing is known yet.
      ...(listUrl(before) === listUrl(after) ? {} : { networksCheckedAt: null, networksFault: null }),
    },
  });
  if (domains !== before.app.domains) {
    await tx.app.update({ where: { id: after.app.id }, data: { domains } });
    await announce(tx, after.app.organizationId, 'app', after.app.id);
  }
  for (const backend of after.backends) {
    const known = before.backends.find((b) => b.id === backend.id);
    if (known === undefined) await tx.backend.create({ data: newColumns(backend) });
    else if (known !== backend)
      await tx.backend.update({ where: { id: backend.id }, data: intentColumns(backend) });
  }
}

/** Nothing was seen of a new one's processes. */
function newColumns({ processes: _, processesSeenAt: __, ...backend }: Backend) {
  return backend;
}

/** What an intent may change of a row; the rest is the worker's and the poller's, who may write at this moment. */
function intentColumns(backend: Backend) {
  const { desired, weight, maxFails, failTimeoutSeconds, maxConns, backup, drain, port, openPorts } = backend;
  const wanted = { desired, weight, maxFails, failTimeoutSeconds, maxConns, backup, drain, port, openPorts };
  const { state, address, colour, releaseId, configHash, health, healthReason } = backend;
  return backend.state === 'pending'
    ? { ...wanted, state, address, colour, releaseId, configHash, health, healthReason }
    : wanted;
}

async function liveDeployment(tx: Transaction, appId: string): Promise<string | null> {
  const row = await tx.deployment.findFirst({
    where: { appId, status: 'succeeded' },
    orderBy: { number: 'desc' },
    select: { id: true },
  });
  return row?.id ?? null;
}
