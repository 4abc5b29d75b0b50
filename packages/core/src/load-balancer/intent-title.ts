import type { Fleet } from '../fleet.ts';
import { backendTlsOf } from './backend-tls-of.ts';
import { methodNames } from './methods.ts';
import type { Intent } from './schemas.ts';

/** What an operation of an intent is called. */
export function titleOf(after: Fleet, intent: Intent): string {
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
      if (intent.method !== undefined) return `Balance ${name} by ${methodNames[intent.method]}`;
      if (intent.slowStartSeconds !== undefined) return `Change the slow start of ${name}`;
      if (intent.http !== undefined) return `Change what the front of ${name} does with requests`;
      if (intent.streams !== undefined) return `Change the TCP streams of ${name}`;
      if (intent.tls !== undefined) return `Change how the front of ${name} speaks TLS`;
      return backendTlsOf(after.loadBalancer).enabled
        ? `Encrypt traffic to the backends of ${name}`
        : `Stop encrypting traffic to the backends of ${name}`;
    case 'move':
      return intent.serverId === after.loadBalancer.balancerServerId
        ? `Keep the balancer of ${name} on ${serverName(intent.serverId)}`
        : `Lead visitors of ${name} to ${serverName(intent.serverId)} too`;
    case 'finish-move':
      return `Balance ${name} on ${serverName(after.loadBalancer.balancerServerId)} alone`;
    case 'adopt':
      return `Adopt what was changed by hand on ${name}`;
    case 'import':
      return `Import ${intent.path} into ${name}`;
    case 'restore':
      return `Restore generation ${intent.generation} of ${name}`;
    case 'add':
      return `Add ${serverName(intent.serverId)} to ${name}`;
    case 'toggle':
      return `${intent.enabled ? 'Enable' : 'Disable'} ${backendServer(intent.backendId)} in ${name}`;
    case 'configure':
      return intent.port === undefined
        ? `Change the share of ${backendServer(intent.backendId)} in ${name}`
        : `Move ${backendServer(intent.backendId)} to port ${intent.port ?? after.app.port} in ${name}`;
    case 'remove':
      return `Remove ${backendServer(intent.backendId)} from ${name}`;
  }
}
