import type { Backend, Server } from '@fairlead/db';
import { certificateColumns } from '../certificate/view.ts';
import type { Actor, Context } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { type Fleet, loadFleet } from '../fleet.ts';
import { newId } from '../new-id.ts';
import type { OperationKind } from '../operation/kinds.ts';
import { accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { lockApp } from '../tenant.ts';
import { asFront } from './as-front.ts';
import { earlierFront } from './earlier-front.ts';
import { withHttp } from './http-change.ts';
import { httpOf, isHttpAlike } from './http-of.ts';
import { methodNames } from './methods.ts';
import { type Neighbour, neighboursOf } from './neighbours.ts';
import { nextLoadBalancerStatus } from './next-status.ts';
import { type ProposalContext, propose } from './propose.ts';
import type { Intent } from './schemas.ts';
import { type TlsGiven, withTls } from './tls-change.ts';
import { tlsOf } from './tls-of.ts';

const kinds = {
  enable: 'load-balancer.enable',
  change: 'load-balancer.change',
  maintenance: 'load-balancer.maintenance',
  restore: 'load-balancer.restore',
  disable: 'load-balancer.disable',
  add: 'backend.add',
  toggle: 'backend.toggle',
  configure: 'backend.configure',
  remove: 'backend.remove',
} as const satisfies Record<Intent['action'], OperationKind>;

/** Apps that an intent may lead requests to. */
export async function neighboursFor(tx: Transaction, fleet: Fleet, intent: Intent): Promise<Neighbour[]> {
  const isAsked =
    intent.action === 'restore' || (intent.action === 'change' && intent.http?.routes !== undefined);
  return isAsked ? neighboursOf(tx, fleet) : [];
}

/** What a change of TLS goes by; null for every other intent. */
export async function tlsFor(
  tx: Transaction,
  { app }: Fleet,
  intent: Intent,
): Promise<Omit<TlsGiven, 'now'> | null> {
  if (intent.action !== 'change' || intent.tls === undefined) return null;
  const certificates = await tx.certificate.findMany({
    where: { appId: app.id },
    select: certificateColumns,
    orderBy: { id: 'desc' },
  });
  const account = await tx.acmeAccount.findUnique({
    where: { organizationId: app.organizationId },
    select: { organizationId: true },
  });
  return { certificates, hasAcmeAccount: account !== null };
}

/** Servers that an intent names. */
export async function candidatesOf(tx: Transaction, intent: Intent): Promise<Server[]> {
  const ids =
    intent.action === 'enable' ? intent.serverIds : intent.action === 'add' ? [intent.serverId] : [];
  return ids.length === 0 ? [] : tx.server.findMany({ where: { id: { in: ids } } });
}

/**
 * One change of a load balancer: desired state, generation + 1 and the operation in one transaction. The same intent while one like it waits or runs is
 * answered with that one.
 * @param check refuses what is legal but unwise, seeing the fleet before and after
 */
export async function intend(
  ctx: Context,
  actor: Actor,
  appId: string,
  intent: Intent,
  idempotencyKey: string | undefined,
  more: { acknowledged?: string[]; check?: (before: Fleet, after: Fleet) => void } = {},
): Promise<{ operation: OperationView }> {
  const kind = kinds[intent.action];
  const input = { appId, ...intent };
  const request = { kind, idempotencyKey, input };
  return accept(ctx, actor, request, async (tx) => {
    await lockApp(tx, actor, appId);
    const before = await loadFleet(tx, appId);
    const backendId = 'backendId' in intent ? intent.backendId : undefined;
    const earlier = await earlierFront(tx, before, intent);
    const neighbours = await neighboursFor(tx, before, intent);
    const tls = await tlsFor(tx, before, intent);
    const now = ctx.clock();
    if (isAskedAlready(before, intent, { earlier, neighbours, tls, now })) {
      const active = await findActive(tx, {
        appId,
        kinds: [kind],
        ...(backendId === undefined ? {} : { backendId }),
      });
      if (active !== null) return { same: active.id };
    }
    const after = propose(before, intent, {
      candidates: await candidatesOf(tx, intent),
      earlier,
      neighbours,
      tls,
      now,
      newId,
    });
    more.check?.(before, after);
    await saveFleet(tx, before, after, kind, more.acknowledged);
    await announce(tx, actor.organizationId, 'load-balancer', appId);
    const added = after.backends.find((b) => !before.backends.some((known) => known.id === b.id));
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
        deploymentId: added === undefined && ofAdded === undefined ? null : await liveDeployment(tx, appId),
        ...((backendId ?? ofAdded?.id) === undefined ? {} : { backendId: backendId ?? ofAdded?.id }),
      },
    };
  });
}

/** The desired state says so already: a second press of the same button. */
function isAskedAlready(
  fleet: Fleet,
  intent: Intent,
  { earlier, neighbours, tls, now }: Pick<ProposalContext, 'earlier' | 'neighbours' | 'tls' | 'now'>,
): boolean {
  const backend = 'backendId' in intent ? fleet.backends.find((b) => b.id === intent.backendId) : undefined;
  switch (intent.action) {
    case 'toggle':
      return backend?.desired === (intent.enabled ? 'enabled' : 'disabled');
    case 'remove':
      return backend?.desired === 'removed';
    case 'change':
      return (
        says(fleet.loadBalancer, { ...intent, action: undefined, http: undefined, tls: undefined }) &&
        (intent.tls === undefined ||
          (tls !== null && isTlsAlike(fleet, withTls(fleet, intent.tls, { ...tls, now })))) &&
        (intent.http === undefined ||
          isHttpAlike(fleet.loadBalancer, withHttp(fleet, intent.http, neighbours).loadBalancer))
      );
    case 'configure':
      return backend !== undefined && says(backend, { ...intent, action: undefined, backendId: undefined });
    case 'maintenance':
      return fleet.loadBalancer.maintenance === intent.enabled;
    case 'restore':
      return earlier !== null && isAlike(fleet, asFront(fleet, earlier));
    case 'disable':
      return !fleet.loadBalancer.enabled;
    case 'enable':
    case 'add':
      return false;
  }
}

function isTlsAlike({ loadBalancer: one }: Fleet, { loadBalancer: other }: Fleet): boolean {
  const said = (row: Fleet['loadBalancer']) => JSON.stringify([tlsOf(row), row.certificateId]);
  return said(one) === said(other);
}

/** Whether a row has all these values; what is undefined asks for nothing. */
function says(row: object, values: object): boolean {
  const known = row as Record<string, unknown>;
  return Object.entries(values).every(([key, value]) => value === undefined || known[key] === value);
}

function isAlike(fleet: Fleet, other: Fleet): boolean {
  const rows = ({ loadBalancer, backends }: Fleet) =>
    JSON.stringify([{ ...loadBalancer, http: httpOf(loadBalancer) }, backends]);
  return rows(fleet) === rows(other);
}

async function saveFleet(
  tx: Transaction,
  before: Fleet,
  after: Fleet,
  kind: OperationKind,
  acknowledged?: string[],
): Promise<void> {
  const { enabled, maintenance, method, hashKey, stickyCookie, http, tls, certificateId, generation } =
    after.loadBalancer;
  await tx.loadBalancer.update({
    where: { id: before.loadBalancer.id },
    data: {
      enabled,
      maintenance,
      method,
      hashKey,
      stickyCookie,
      http: http as object,
      tls: tls as object,
      certificateId,
      generation,
      status: nextLoadBalancerStatus(before.loadBalancer, kind),
      ...(acknowledged === undefined ? {} : { acknowledgedChecks: acknowledged }),
    },
  });
  for (const backend of after.backends) {
    const known = before.backends.find((b) => b.id === backend.id);
    if (known === undefined) await tx.backend.create({ data: backend });
    else if (known !== backend)
      await tx.backend.update({ where: { id: backend.id }, data: intentColumns(backend) });
  }
}

/** What an intent may change of a row; the rest is the worker's and the poller's, who may write at this moment. */
function intentColumns(backend: Backend) {
  const { desired, weight, maxFails, failTimeoutSeconds, maxConns, backup } = backend;
  const wanted = { desired, weight, maxFails, failTimeoutSeconds, maxConns, backup };
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

function titleOf(after: Fleet, intent: Intent): string {
  const { name } = after.app;
  const serverName = (id: string | undefined) =>
    after.servers.find((server) => server.id === id)?.name ?? 'a server';
  const backendServer = (id: string) =>
    serverName(after.backends.find((backend) => backend.id === id)?.serverId);
  switch (intent.action) {
    case 'enable':
      return `Enable load balancing of ${name} over ${intent.serverIds.length + 1} servers`;
    case 'disable':
      return `Disable load balancing of ${name}`;
    case 'maintenance':
      return `${intent.enabled ? 'Begin' : 'End'} maintenance of ${name}`;
    case 'change':
      if (intent.method === undefined && intent.http === undefined)
        return `Change how the front of ${name} speaks TLS`;
      return intent.method === undefined
        ? `Change what the front of ${name} does with requests`
        : `Balance ${name} by ${methodNames[intent.method]}`;
    case 'restore':
      return `Restore generation ${intent.generation} of ${name}`;
    case 'add':
      return `Add ${serverName(intent.serverId)} to ${name}`;
    case 'toggle':
      return `${intent.enabled ? 'Enable' : 'Disable'} ${backendServer(intent.backendId)} in ${name}`;
    case 'configure':
      return `Change the share of ${backendServer(intent.backendId)} in ${name}`;
    case 'remove':
      return `Remove ${backendServer(intent.backendId)} from ${name}`;
  }
}
