'use client';
import type { App, LoadBalancer, Server } from '@fairlead/api/types';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { count, formatMemory } from '../../../../../parts/units.ts';

/** Servers that could become a backend now, and those that could not, with the reason. */
export interface ServerChoice {
  free: Server[];
  busy: { server: Server; why: string }[];
}

/** Which servers may join this app. */
export function useServerChoice(app: App, balancer: LoadBalancer): ServerChoice | undefined {
  const servers = useResource(resources.servers);
  if (!servers.data) return undefined;
  const taken = new Set([app.primaryServer.id, ...balancer.backends.map((backend) => backend.server.id)]);
  const others = servers.data.items.filter((server) => !taken.has(server.id));
  const usable = (server: Server) => isUsable(server.status);
  return {
    free: others.filter(usable),
    busy: others
      .filter((server) => !usable(server))
      .map((server) => ({
        server,
        why: server.status === 'preparing' ? 'is being prepared' : 'is not ready',
      })),
  };
}

/** Servers that the balancer could move to. A backend may be one: its Nginx leads to the others as well. */
export function useBalancerChoice({ balancerServer }: LoadBalancer): Server[] | undefined {
  const servers = useResource(resources.servers);
  return servers.data?.items.filter(({ id, status }) => id !== balancerServer.id && isUsable(status));
}

function isUsable(status: Server['status']): boolean {
  return status === 'ready' || status === 'reachable';
}

/** `4 cores · 7.6 GiB · Debian 12`. */
export function describeServer({ address, facts }: Server): string {
  if (!facts) return address;
  return [
    address,
    count(facts.cores, 'core'),
    formatMemory(facts.memoryBytes),
    `${facts.os.id.charAt(0).toUpperCase()}${facts.os.id.slice(1)} ${facts.os.versionId || facts.os.codename}`,
  ].join(' · ');
}
