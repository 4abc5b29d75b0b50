import type { Backend, Server } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { withPort } from '../backend/ports.ts';
import type { TakenPort } from '../backend/taken-ports.ts';
import { isWaySettled, servedWay } from '../backend/ways.ts';
import { guardCanary } from '../canary/guard.ts';
import { isProven } from '../desired.ts';
import type { Fleet } from '../fleet.ts';
import { asImport } from '../import/as-import.ts';
import type { GivenImport } from '../import/given-import.ts';
import { invalidInput } from '../input.ts';
import { addServers } from './add-servers.ts';
import { asFront } from './as-front.ts';
import { type BackendTlsGiven, withBackendTls } from './backend-tls-change.ts';
import type { GivenFront } from './given-front.ts';
import { grpcRefusal } from './grpc-refusal.ts';
import { withHttp, withoutLostRoutes } from './http-change.ts';
import { drainRefusal, methodRefusal } from './method-refusal.ts';
import type { Method } from './methods.ts';
import { type Destination, finishedMove, moved } from './move-balancer.ts';
import type { Neighbour } from './neighbours.ts';
import type { PortClaim } from './port-claims.ts';
import type { Intent } from './schemas.ts';
import { slowStartRefusal } from './slow-start.ts';
import { withStreams } from './stream-change.ts';
import { setsHsts, type TlsGiven, withTls } from './tls-change.ts';
import { tlsOf } from './tls-of.ts';

/** What a proposal needs beside the fleet. */
export interface ProposalContext {
  /** Servers of the organization that the intent names. */
  candidates: readonly Server[];
  /** The front that the intent takes its settings from, if it does: an earlier one, or one edited by hand. */
  given: GivenFront | null;
  /** The file of the balancer's own that the intent imports, if it does. */
  foreign: GivenImport | null;
  /** Apps that routes may lead to; asked for by a change and a restore alone. */
  neighbours: readonly Neighbour[];
  /** Ports of the balancer, or of the server that it is to move to, that other apps have; asked for where streams may come there. */
  claims: readonly PortClaim[];
  /** The server that the balancer is to move to, if the intent names one. */
  destination: Destination | null;
  /** Ports that the backend of the intent can't have; asked for where it names one. */
  takenPorts: readonly TakenPort[];
  /** Of TLS; asked for by a change of it alone. */
  tls: Omit<TlsGiven, 'now' | 'claims'> | null;
  /** Of the way to the backends; asked for by a change of it alone. */
  backendTls: BackendTlsGiven | null;
  now: Date;
  newId: (now: Date) => string;
}

const noBackendTls = { takenPorts: [], route: null };
const noTls = { certificates: [], hasAcmeAccount: false };

const conflict = (message: string, hint?: string) =>
  new AppError('conflict', message, hint === undefined ? {} : { hint });

/**
 * The fleet as it should be after an intent: pure, so that the plan shows exactly what accepting it would ask for.
 * @throws AppError `conflict`, `invalid-input`, `not-found`
 */
export function propose(fleet: Fleet, intent: Intent, given: ProposalContext): Fleet {
  if (fleet.app.removing) throw conflict('This app is being removed.');
  const after = change(fleet, intent, given);
  checkGrpc(after, intent);
  guardCanary(fleet, after);
  return { ...after, loadBalancer: { ...after.loadBalancer, generation: fleet.loadBalancer.generation + 1 } };
}

/** A change that concerns the way of gRPC to the app's processes has to leave it open. */
function checkGrpc(after: Fleet, intent: Intent): void {
  const path =
    intent.action !== 'change'
      ? ''
      : intent.http?.grpc !== undefined
        ? 'http.grpc'
        : intent.backendTls !== undefined
          ? 'backendTls.enabled'
          : '';
  const isAsked = path !== '' || ['enable', 'add', 'move', 'restore', 'adopt'].includes(intent.action);
  const refusal = isAsked ? grpcRefusal(after) : null;
  if (refusal === null) return;
  throw path === '' ? conflict(refusal) : invalidInput([{ path, message: refusal }]);
}

function change(fleet: Fleet, intent: Intent, given: ProposalContext): Fleet {
  const { loadBalancer } = fleet;
  if (intent.action === 'enable') return enable(fleet, intent, given);
  if (intent.action === 'maintenance') {
    if (fleet.app.status === 'new') throw conflict('The app does not serve yet.', 'Deploy it first.');
    return { ...fleet, loadBalancer: { ...loadBalancer, maintenance: intent.enabled } };
  }
  if (intent.action === 'adopt') return adopted(fleet, given);
  if (intent.action === 'import') return imported(fleet, given);
  if (intent.action === 'change') return changed(fleet, intent, given);
  if (intent.action === 'move') return moved(fleet, given.destination, given.claims);
  if (intent.action === 'finish-move') return finishedMove(fleet, intent, given.destination);
  if (!loadBalancer.enabled) {
    throw conflict('Load balancing is off for this app.', 'Enable it first.');
  }
  switch (intent.action) {
    case 'add':
      return addServers(fleet, [intent.serverId], 'serverId', given);
    case 'toggle':
      return withBackend(fleet, intent.backendId, (backend) => {
        if (backend.desired === 'removed') throw conflict('This backend is being removed.');
        return { ...backend, desired: intent.enabled ? 'enabled' : 'disabled' };
      });
    case 'remove':
      return withBackend(fleet, intent.backendId, (backend) => {
        if (backend.role === 'primary') {
          throw conflict(
            'The primary can not be removed.',
            'Disable it, or disable load balancing for the app.',
          );
        }
        return { ...backend, desired: 'removed' };
      });
    case 'configure':
      return configure(fleet, intent, given);
    case 'restore':
      return restore(fleet, given);
    case 'disable':
      return {
        ...fleet,
        loadBalancer: { ...loadBalancer, enabled: false },
        backends: fleet.backends.map((b) => ({
          ...b,
          desired: b.role === 'primary' ? 'enabled' : 'removed',
        })),
      };
  }
}

function enable(fleet: Fleet, intent: Extract<Intent, { action: 'enable' }>, given: ProposalContext): Fleet {
  const { app, loadBalancer } = fleet;
  if (loadBalancer.enabled) {
    throw conflict('Load balancing is already on for this app.', 'Add servers to it instead.');
  }
  const primary = fleet.backends.find((backend) => backend.role === 'primary');
  if (app.status !== 'live' || primary === undefined || primary.releaseId === null) {
    throw conflict(
      'The app does not run on its primary server yet.',
      'Deploy it first; load balancing begins with a server that serves.',
    );
  }
  const on = { ...fleet, loadBalancer: { ...loadBalancer, enabled: true } };
  return addServers(balancedBy(on, intent.method, intent), intent.serverIds, 'serverIds', given);
}

type Balancing = Pick<Extract<Intent, { action: 'enable' }>, 'hashKey' | 'stickyCookie'>;

/** How requests are shared out takes a load balancer; what the front does with them does not. */
function changed(
  fleet: Fleet,
  {
    method,
    hashKey,
    stickyCookie,
    slowStartSeconds,
    http,
    streams,
    tls,
    backendTls,
  }: Extract<Intent, { action: 'change' }>,
  { neighbours, claims, tls: givenTls, backendTls: givenBackendTls, now }: ProposalContext,
): Fleet {
  const isBalancing = [method, hashKey, stickyCookie, slowStartSeconds].some((value) => value !== undefined);
  const isOther = isBalancing || [http, streams, tls].some((value) => value !== undefined);
  if (!isOther && backendTls === undefined) {
    throw invalidInput([
      {
        path: '',
        message: 'Name what should change: method, slowStartSeconds, http, streams, tls, or backendTls.',
      },
    ]);
  }
  if (isOther && backendTls !== undefined) {
    const message = 'How backends are asked is a change of its own: make the others before or after it.';
    throw invalidInput([{ path: 'backendTls', message }]);
  }
  if (isBalancing && !fleet.loadBalancer.enabled) {
    throw conflict('Load balancing is off for this app.', 'Enable it first.');
  }
  if (fleet.app.status === 'new') throw conflict('The app does not serve yet.', 'Deploy it first.');
  if (backendTls !== undefined) return withBackendTls(fleet, backendTls, givenBackendTls ?? noBackendTls);
  const known = fleet.loadBalancer.method as Method;
  const balanced = isBalancing
    ? balancedBy(withSlowStart(fleet, method ?? known, slowStartSeconds), method ?? known, {
        hashKey,
        stickyCookie,
      })
    : fleet;
  const answering = http === undefined ? balanced : withHttp(balanced, http, neighbours);
  const streaming = streams === undefined ? answering : withStreams(answering, streams, claims);
  if (tls !== undefined) return withTls(streaming, tls, { ...(givenTls ?? noTls), claims, now });
  if (http?.responseHeaders !== undefined && setsHstsTwice(streaming)) {
    const message = 'Strict-Transport-Security has a setting of its own beside forced HTTPS: HSTS.';
    throw invalidInput([{ path: 'http.responseHeaders', message }]);
  }
  return streaming;
}

/** @throws AppError `invalid-input` on `slowStartSeconds` where the method goes by a hash */
function withSlowStart(fleet: Fleet, method: Method, slowStartSeconds: number | undefined): Fleet {
  const { loadBalancer, servers } = fleet;
  if (slowStartSeconds === undefined) return fleet;
  const balancer = servers.find(({ id }) => id === loadBalancer.balancerServerId);
  const refusal = slowStartSeconds === 0 ? null : slowStartRefusal(balancer, method);
  if (refusal !== null) throw invalidInput([{ path: 'slowStartSeconds', message: refusal }]);
  return { ...fleet, loadBalancer: { ...loadBalancer, slowStartSeconds } };
}

/** @throws AppError `invalid-input` on `method` where this balancer can't */
function balancedBy(fleet: Fleet, method: Method, { hashKey, stickyCookie }: Balancing): Fleet {
  const refusal = methodRefusal(fleet, method);
  if (refusal !== null) throw invalidInput([{ path: 'method', message: refusal }]);
  const { loadBalancer } = fleet;
  return {
    ...fleet,
    loadBalancer: {
      ...loadBalancer,
      method,
      hashKey: hashKey ?? loadBalancer.hashKey,
      stickyCookie: stickyCookie ?? loadBalancer.stickyCookie,
    },
  };
}

/** @throws AppError `invalid-input` on `backup` and `drain` where the method allows none, on `port` where somebody has it */
function configure(
  fleet: Fleet,
  intent: Extract<Intent, { action: 'configure' }>,
  given: ProposalContext,
): Fleet {
  const { action: _, backendId, port, ...options } = intent;
  const named = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  if (port !== undefined && !isPlain(fleet.loadBalancer)) {
    const message = 'While traffic to the backends is encrypted, all listen on the port that is set with it.';
    throw invalidInput([{ path: 'port', message }]);
  }
  const taken = given.takenPorts.find((known) => known.port === port);
  if (taken !== undefined) {
    throw invalidInput([{ path: 'port', message: `Port ${taken.port} is taken by ${taken.by}.` }]);
  }
  const after = withBackend(fleet, backendId, (backend) => {
    if (backend.desired === 'removed') throw conflict('This backend is being removed.');
    const ports = port === undefined ? {} : withPort(fleet.app, backend, port, isProven(backend));
    return { ...backend, ...named, ...ports };
  });
  const refusal = options.backup ? methodRefusal(after, fleet.loadBalancer.method as Method) : null;
  if (refusal !== null) throw invalidInput([{ path: 'backup', message: refusal }]);
  const undrainable = options.drain ? drainRefusal(after) : null;
  if (undrainable !== null) throw invalidInput([{ path: 'drain', message: undrainable }]);
  return after;
}

/** Backends are asked without TLS, and are to be. */
function isPlain(loadBalancer: Fleet['loadBalancer']): boolean {
  return isWaySettled(loadBalancer) && servedWay(loadBalancer) === 'plain';
}

/** Of a front that leads to the primary alone, how it shares requests out says nothing. */
function adopted(fleet: Fleet, given: ProposalContext): Fleet {
  if (fleet.loadBalancer.enabled) return restore(fleet, given);
  const { http } = restore(fleet, given).loadBalancer;
  return { ...fleet, loadBalancer: { ...fleet.loadBalancer, http } };
}

function imported(fleet: Fleet, { foreign, now }: ProposalContext): Fleet {
  if (foreign === null) throw new AppError('internal', 'There is no file to import.');
  const after = asImport(fleet, foreign, now);
  if (setsHstsTwice(after)) {
    throw conflict(
      `${foreign.path} sets Strict-Transport-Security among the fields for visitors.`,
      'Take that line out of the file and read it again: beside forced HTTPS, HSTS has a setting of its own.',
    );
  }
  if (hasServingBackend(fleet) && !hasServingBackend(after)) {
    throw conflict(
      `${foreign.path} marks every server that answers for the app now as down.`,
      'Change the file and read it again: visitors would get an error page.',
    );
  }
  return after;
}

/** Fields of the front set what forced HTTPS has a setting of its own for. */
function setsHstsTwice(fleet: Fleet): boolean {
  const { mode, forceHttps } = tlsOf(fleet.loadBalancer);
  return mode !== 'off' && forceHttps && setsHsts(fleet);
}

function restore(fleet: Fleet, { given, neighbours, claims }: ProposalContext): Fleet {
  if (given === null) throw new AppError('internal', 'There is no front to go back to.');
  const { spec: front, streams } = given;
  const answering = withoutLostRoutes(withAllowedSlowStart(asFront(fleet, front)), neighbours);
  if (setsHstsTwice(answering)) {
    throw conflict(
      `${given.from} sets Strict-Transport-Security among the fields for visitors.`,
      'Stop forcing HTTPS first: beside it HSTS has a setting of its own.',
    );
  }
  const after = streams === null ? answering : withStreams(answering, streams, claims);
  if (hasServingBackend(fleet) && !hasServingBackend(after)) {
    throw conflict(
      `None of the backends that answer now had requests in generation ${front.generation}.`,
      'Choose another generation: this one would leave visitors with an error page.',
    );
  }
  return after;
}

/** An earlier method may be one that goes by a hash. */
function withAllowedSlowStart(fleet: Fleet): Fleet {
  const { loadBalancer, servers } = fleet;
  const balancer = servers.find(({ id }) => id === loadBalancer.balancerServerId);
  return slowStartRefusal(balancer, loadBalancer.method as Method) === null
    ? fleet
    : { ...fleet, loadBalancer: { ...loadBalancer, slowStartSeconds: 0 } };
}

function withBackend(fleet: Fleet, backendId: string, map: (backend: Backend) => Backend): Fleet {
  if (!fleet.backends.some((backend) => backend.id === backendId)) {
    throw new AppError('not-found', 'There is no such backend.');
  }
  return { ...fleet, backends: fleet.backends.map((b) => (b.id === backendId ? map(b) : b)) };
}

/** Whether anybody is left to answer: enabled, deployed and not known to fail. */
export function hasServingBackend(fleet: Fleet): boolean {
  return fleet.backends.some(
    (b) =>
      b.desired === 'enabled' && b.releaseId !== null && b.health !== 'unhealthy' && b.health !== 'deploying',
  );
}
