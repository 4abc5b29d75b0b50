import { allowsBackup, hasLeastTime } from '@fairlead/nginx';
import type { Fleet } from '../fleet.ts';
import { type Method, methodNames } from './methods.ts';
import { capabilitiesOfServer } from './plan-files.ts';

/** Why this balancer can't share requests out so, in words; null where it can. */
export function methodRefusal(fleet: Fleet, method: Method): string | null {
  const balancer = fleet.servers.find((server) => server.id === fleet.loadBalancer.balancerServerId);
  const capabilities = capabilitiesOfServer(balancer);
  if (method === 'least_time' && !hasLeastTime(capabilities)) {
    const version = capabilities.version.join('.');
    return `Nginx ${version} on ${balancer?.name ?? 'the balancer'} has no least time; it came with 1.31.0.`;
  }
  if (allowsBackup(method)) return null;
  const standby = fleet.backends.find((backend) => backend.backup && backend.desired !== 'removed');
  if (standby === undefined) return null;
  const name = fleet.servers.find((server) => server.id === standby.serverId)?.name ?? 'one of them';
  return `${name} stands by as a backup, which Nginx does not allow with ${methodNames[method]}.`;
}
