import { allowsBackup, hasLeastTime } from '@fairlead/nginx';
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
  if (allowsBackup(method)) return null;
  const standby = fleet.backends.find((backend) => backend.backup && backend.desired !== 'removed');
  if (standby === undefined) return null;
  const name = fleet.servers.find((server) => server.id === standby.serverId)?.name ?? 'one of them';
  return `${name} stands by as a backup, which Nginx does not allow with ${methodNames[method]}.`;
}
