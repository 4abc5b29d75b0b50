import type { Backend, Server } from '@fairlead/db';
import { allowsSlowStart, type BalancingMethod, slowStartPercents } from '@fairlead/nginx';
import type { Fleet } from '../fleet.ts';
import { methodNames } from './methods.ts';
import { capabilitiesOfServer } from './plan-files.ts';

export type SlowStartPercent = (typeof slowStartPercents)[number];

/** What a backend's row says of its slow start: since when it climbs (null: it does not), and how much of its weight the front gives it. */
export interface SlowStart {
  slowStartedAt: Date | null;
  slowStartPercent: number;
}

const none: SlowStart = { slowStartedAt: null, slowStartPercent: 100 };

/** How much of its weight a backend is given so long after it came back: the first parts take equal times of the whole. */
export function slowStartPercentAt(startedAt: Date, seconds: number, now: Date): SlowStartPercent {
  const elapsed = Math.max(0, now.getTime() - startedAt.getTime()) / 1000;
  const turns = slowStartPercents.length - 1;
  return slowStartPercents[Math.min(turns, Math.floor((elapsed * turns) / seconds))] ?? 100;
}

/** When a backend is given all of its weight; null where it does not climb. */
export function slowStartEndsAt({ slowStartedAt }: SlowStart, seconds: number): Date | null {
  return slowStartedAt === null ? null : new Date(slowStartedAt.getTime() + seconds * 1000);
}

/** Why backends can't come back by steps with this method, in words; null where they can. */
export function slowStartRefusal(balancer: Server | undefined, method: BalancingMethod): string | null {
  const capabilities = capabilitiesOfServer(balancer);
  if (allowsSlowStart(method, capabilities)) return null;
  const name = methodNames[method];
  return method === 'sticky'
    ? `Before Nginx 1.29.6 (${balancer?.name ?? 'the balancer'} has ${capabilities.version.join('.')}) ${name} is a hash over the weights: with each step visitors would lose their backend.`
    : `With ${name} the weights say whose requests go where: with each step visitors would be sent elsewhere.`;
}

/**
 * Each backend's slow start as it should be now. Who is new in the upstream begins, beside others that serve already; who climbs goes on by its start time;
 * who is out of it, or has no part in it any more, has all of its weight.
 * @param isUp whether a backend is to be given requests
 * @param wasUp whether the front that is served gives it some; null where none is served yet
 */
export function paced(
  fleet: Fleet,
  isUp: (backend: Backend) => boolean,
  wasUp: ((backend: Backend) => boolean) | null,
  now: Date,
): Map<string, SlowStart> {
  const { enabled, slowStartSeconds } = fleet.loadBalancer;
  const isOff = !enabled || slowStartSeconds === 0 || wasUp === null || !mayClimb(fleet);
  const hasOthers = !isOff && fleet.backends.some((backend) => isUp(backend) && wasUp(backend));
  const pace = (backend: Backend): SlowStart => {
    if (isOff || !isUp(backend) || backend.backup) return none;
    if (!wasUp(backend)) {
      return hasOthers ? { slowStartedAt: now, slowStartPercent: slowStartPercents[0] } : none;
    }
    const { slowStartedAt } = backend;
    if (slowStartedAt === null) return none;
    return { slowStartedAt, slowStartPercent: slowStartPercentAt(slowStartedAt, slowStartSeconds, now) };
  };
  return new Map(fleet.backends.map((backend) => [backend.id, pace(backend)]));
}

function mayClimb({ loadBalancer, servers }: Fleet): boolean {
  const balancer = servers.find(({ id }) => id === loadBalancer.balancerServerId);
  return slowStartRefusal(balancer, loadBalancer.method as BalancingMethod) === null;
}

/** Whether a row is behind its clock: another part is due, or the last one is not known to be served. */
export function isStepDue(
  { slowStartedAt, slowStartPercent }: SlowStart,
  seconds: number,
  now: Date,
): boolean {
  if (slowStartedAt === null) return false;
  if (seconds === 0 || slowStartPercent === 100) return true;
  return slowStartPercentAt(slowStartedAt, seconds, now) !== slowStartPercent;
}
