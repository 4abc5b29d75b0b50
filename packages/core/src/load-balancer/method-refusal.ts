import { allowsBackup, hasLeastTime, hasSticky } from '@fairlead/nginx';
import type { Fleet } from '../fleet.ts';
import { type Method, methodNames } from './methods.ts';
import { capabilitiesOfServer } from './plan-files.ts';
import { slowStartRefusal } from './slow-start.ts';

/** Why this balancer can't share requests out so, in words; null where it can. */
export function methodRefusal(fleet: Fleet, method: Method): string | null {
  const { loadBalancer } = fleet;
  const balancer = fleet.servers.find((server) => server.id === loadBalancer.balancerServerId);
  const capabilities = capabilitiesOfServer(balancer);
  if (method === 'least_time' && !hasLeastTime(capabilities)) {
    const version = capabilities.version.join('.');
    return `Nginx ${version} on ${balancer?.name ?? 'the balancer'} has no least time; it came with 1.31.0.`;
  }
  const climbing = loadBalancer.slowStartSeconds > 0 ? slowStartRefusal(balancer, method) : null;
  if (climbing !== null) return `${climbing} Switch slow start off first.`;
  const draining = fleet.backends.find((backend) => backend.drain && backend.desired !== 'removed');
  const undrainable = draining === undefined ? null : drainRefusal(fleet);
  if (method === 'sticky' && undrainable !== null) return undrainable;
  if (draining !== undefined && method !== 'sticky') {
    const name = nameOf(fleet, draining.serverId);
    return `${name} keeps the visitors whom the sticky cookie ties to it. Let it have new ones again first.`;
  }
  if (allowsBackup(method)) return null;
  const standby = fleet.backends.find((backend) => backend.backup && backend.desired !== 'removed');
  if (standby === undefined) return null;
  return `${nameOf(fleet, standby.serverId)} stands by as a backup, which Nginx does not allow with ${methodNames[method]}.`;
}

/** Why no backend can be left to its present visitors, in words; null where one can. */
export function drainRefusal({ loadBalancer, servers }: Fleet): string | null {
  if (loadBalancer.method !== 'sticky')
    return 'Only a sticky cookie says who was there before: choose that method first.';
  const balancer = servers.find((server) => server.id === loadBalancer.balancerServerId);
  const capabilities = capabilitiesOfServer(balancer);
  if (hasSticky(capabilities)) return null;
  return `Nginx ${capabilities.version.join('.')} on ${balancer?.name ?? 'the balancer'} can drain no backend; that came with 1.29.6.`;
}

const nameOf = ({ servers }: Fleet, serverId: string): string =>
  servers.find((server) => server.id === serverId)?.name ?? 'one of them';
