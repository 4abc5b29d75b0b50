import { isSameStreams } from '@fairlead/nginx';
import type { Fleet } from '../fleet.ts';
import { importsOf } from '../import/imports-of.ts';
import { asFront } from './as-front.ts';
import { withBackendTls } from './backend-tls-change.ts';
import { backendTlsOf } from './backend-tls-of.ts';
import { withHttp } from './http-change.ts';
import { httpOf, isHttpAlike } from './http-of.ts';
import type { ProposalContext } from './propose.ts';
import type { Intent } from './schemas.ts';
import { streamsOf } from './streams-of.ts';
import { withTls } from './tls-change.ts';
import { tlsOf } from './tls-of.ts';

/** The desired state says so already: a second press of the same button. */
export function isAskedAlready(
  fleet: Fleet,
  intent: Intent,
  { given, foreign, neighbours, claims, tls, backendTls, now }: ProposalContext,
): boolean {
  const backend = 'backendId' in intent ? fleet.backends.find((b) => b.id === intent.backendId) : undefined;
  switch (intent.action) {
    case 'toggle':
      return backend?.desired === (intent.enabled ? 'enabled' : 'disabled');
    case 'remove':
      return backend?.desired === 'removed';
    case 'change':
      return (
        says(fleet.loadBalancer, {
          ...intent,
          action: undefined,
          http: undefined,
          streams: undefined,
          tls: undefined,
          backendTls: undefined,
        }) &&
        (intent.backendTls === undefined ||
          (backendTls !== null && isWayAlike(fleet, withBackendTls(fleet, intent.backendTls, backendTls)))) &&
        (intent.tls === undefined ||
          (tls !== null && isTlsAlike(fleet, withTls(fleet, intent.tls, { ...tls, claims, now })))) &&
        (intent.http === undefined ||
          isHttpAlike(fleet.loadBalancer, withHttp(fleet, intent.http, neighbours).loadBalancer)) &&
        (intent.streams === undefined || isSameStreams(streamsOf(fleet.loadBalancer), intent.streams))
      );
    case 'configure':
      return backend !== undefined && says(backend, { ...intent, action: undefined, backendId: undefined });
    case 'maintenance':
      return fleet.loadBalancer.maintenance === intent.enabled;
    case 'move':
      return isMoveAsked(fleet, intent.serverId);
    case 'finish-move':
      return fleet.loadBalancer.successorServerId === null && !intent.abandon;
    case 'restore':
    case 'adopt':
      return (
        given !== null &&
        isAlike(fleet, asFront(fleet, given.spec)) &&
        (given.streams === null || isSameStreams(streamsOf(fleet.loadBalancer), given.streams))
      );
    case 'import':
      return importsOf(fleet.loadBalancer).some(
        ({ serverId, path, sha256 }) =>
          serverId === fleet.loadBalancer.balancerServerId &&
          path === foreign?.path &&
          sha256 === foreign.sha256,
      );
    case 'disable':
      return !fleet.loadBalancer.enabled;
    case 'enable':
    case 'add':
      return false;
  }
}

/** The server serves beside the balancer already; or it is the balancer, and the one beside it is on its way out. */
function isMoveAsked({ loadBalancer }: Fleet, serverId: string): boolean {
  const { balancerServerId, successorServerId, formerServerId } = loadBalancer;
  return serverId === successorServerId || (serverId === balancerServerId && formerServerId !== null);
}

function isWayAlike({ loadBalancer: one }: Fleet, { loadBalancer: other }: Fleet): boolean {
  return JSON.stringify(backendTlsOf(one)) === JSON.stringify(backendTlsOf(other));
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
