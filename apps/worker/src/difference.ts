import {
  backendSpecHash,
  type Fleet,
  isBackendCertificateDue,
  isProven,
  isWaySettled,
  speaksTls,
} from '@fairlead/core';
import type { Backend, Operation } from '@fairlead/db';
import { presentBackends, provenState } from './fleet.ts';

/** What one operation has to do to a load balancer beside its front. */
export interface Difference {
  /** Backends that have to be brought to the release that the primary serves before they are let in. */
  joining: Backend[];
  /** Backends that leave for good. */
  leaving: Backend[];
  /** Backends whose own Nginx has to be told of other limits or balancers, before the front. */
  retold: Backend[];
  /** Backends whose firewall is stated too, though they neither join nor leave: those that another balancer will ask. */
  guarded: Backend[];
  /** Backends that go to another port. */
  moving: Backend[];
  /** The front is all that changes, but for {@link retold}: a toggle or another method, of backends that are ready for it. */
  isFrontAlone: boolean;
}

/** A look at a backend counts as fresh for this many intervals. */
const freshIntervals = 3;

/** Kinds that change how the front treats backends that are there, and no backend. */
const ofFrontAlone = [
  'load-balancer.change',
  'load-balancer.import',
  'load-balancer.maintenance',
  'load-balancer.slow-start',
  'backend.configure',
];

/** Kinds that may change limits which backends have of their own too. */
const tellsBackends = ['load-balancer.change', 'load-balancer.import'];
/** Kinds that take a front as it stood once, or as somebody edited it. */
const ofGivenFronts = ['load-balancer.restore', 'drift.adopt'];
/** Kinds that change which servers lead visitors to the app. */
const ofBalancers = ['load-balancer.move', 'load-balancer.finish-move'];

/** What the operation is to close of the difference between what is and what should be. Another operation's failed backend is left to that one. */
export function differenceOf(fleet: Fleet, operation: Operation, now: Date): Difference {
  const present = presentBackends(fleet);
  const isRestore = ofGivenFronts.includes(operation.kind);
  const isMine = (backend: Backend) =>
    isRestore ? isProven(backend) : operation.backendId === null || operation.backendId === backend.id;
  const joining = present.filter((backend) => isMine(backend) && !isReady(fleet, backend, operation, now));
  const leaving = fleet.backends.filter((backend) => !present.includes(backend));
  const isMove = ofBalancers.includes(operation.kind);
  const isShare = ofFrontAlone.includes(operation.kind);
  const moving = operation.kind === 'backend.configure' ? movingOf(fleet, operation) : [];
  const mayBeFast = operation.kind === 'backend.toggle' || isRestore;
  return {
    joining: isShare || isMove ? [] : joining,
    leaving,
    retold: isRestore || isMove || tellsBackends.includes(operation.kind) ? retoldOf(fleet, now) : [],
    guarded: isMove ? present : [],
    moving,
    isFrontAlone: (isShare && moving.length === 0) || (mayBeFast && joining.length === 0),
  };
}

/** The backend whose port was asked for, where one is to be left; also one whose move failed before. */
function movingOf({ backends }: Fleet, { backendId, input }: Operation): Backend[] {
  if ((input as { port?: unknown } | null)?.port === undefined) return [];
  return backends.filter(
    (backend) => backend.id === backendId && isProven(backend) && backend.openPorts.length > 0,
  );
}

/** Backends that run and whose file says something else than it should, or whose certificate ends soon, whatever brought that. */
export function retoldOf(fleet: Fleet, now: Date): Backend[] {
  const places = provenState(fleet).backends;
  return fleet.backends.filter((backend) => {
    const { spec = null, grpc = null } = places.find(({ backendId }) => backendId === backend.id) ?? {};
    const isKnown = isProven(backend) && backend.configHash !== null && spec !== null;
    return isKnown && (backendSpecHash(spec, grpc) !== backend.configHash || isDue(fleet, backend, now));
  });
}

function isDue({ loadBalancer }: Fleet, { id }: Backend, now: Date): boolean {
  if (!speaksTls(loadBalancer)) return false;
  const shown = loadBalancer.backendCertificates?.backends.find(({ backendId }) => backendId === id);
  return shown === undefined || isBackendCertificateDue(shown, now);
}

/** Whether the operation is to turn the front to another way of asking its backends, or to close one that was left. */
export function turnsWay({ loadBalancer }: Fleet, { kind, input }: Operation): boolean {
  const isAsked = (input as { backendTls?: object } | null)?.backendTls !== undefined;
  return kind === 'load-balancer.change' && isAsked && !isWaySettled(loadBalancer);
}

/** May be given requests without another look. */
function isReady(fleet: Fleet, backend: Backend, operation: Operation, now: Date): boolean {
  if (!isProven(backend) || backend.state === 'deploying') return false;
  // It serves nobody before it has the release that the others serve.
  const isBehind = backend.heldBack === 'behind' && operation.backendId === backend.id;
  if (isBehind && backend.desired === 'enabled' && !ofFrontAlone.includes(operation.kind)) return false;
  const isNamed = operation.backendId === backend.id || ofGivenFronts.includes(operation.kind);
  const isToggledOn = isNamed && backend.desired === 'enabled';
  return !isToggledOn || backend.state !== 'disabled' || isFreshlyHealthy(fleet, backend, now);
}

function isFreshlyHealthy({ app }: Fleet, backend: Backend, now: Date): boolean {
  if (backend.health !== 'healthy' || backend.healthCheckedAt === null) return false;
  return now.getTime() - backend.healthCheckedAt.getTime() <= freshIntervals * app.healthIntervalMs;
}
