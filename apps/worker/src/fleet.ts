import {
  balancerServerIds,
  type DesiredOptions,
  type DesiredState,
  desiredState,
  type Fleet,
  isProven,
  loadFleet,
} from '@fairlead/core';
import type { App, Backend, Server } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { bracketed } from '@fairlead/nginx';
import type { WorkerContext } from './context.ts';

export type { Fleet } from '@fairlead/core';

/** An app with all rows that decide what its servers hold. @throws AppError `not-found` when it is gone */
export async function requireFleet(worker: WorkerContext, appId: string | null): Promise<Fleet> {
  if (appId === null) throw new AppError('not-found', 'This app is gone.');
  return loadFleet(worker.prisma, appId);
}

/** What should be where, with only those backends in the upstream that have proved healthy. */
export function provenState(fleet: Fleet, options: DesiredOptions = {}): DesiredState {
  return desiredState(fleet.app, fleet.loadBalancer, fleet.backends, fleet.servers, {
    admit: isProven,
    ...options,
  });
}

export function serverOf(fleet: Fleet, serverId: string): Server {
  const server = fleet.servers.find(({ id }) => id === serverId);
  if (server === undefined) {
    throw new AppError('internal', 'A server of this app is missing.', { details: { serverId } });
  }
  return server;
}

/** Servers that an operation on the app needs: the primary, whoever leads visitors to it, and those of `backends`. */
export function serversOf({ app, loadBalancer }: Fleet, backends: readonly Backend[]): string[] {
  return [
    ...new Set([
      app.primaryServerId,
      ...balancerServerIds({ ...loadBalancer, formerServerId: null }),
      ...backends.map(({ serverId }) => serverId),
    ]),
  ];
}

/** The same fleet as the balancer's successor sees it, from which every backend is asked too before visitors come by it; null without one. */
export function seenFromSuccessor(fleet: Fleet): Fleet | null {
  const { loadBalancer } = fleet;
  const { successorServerId, successorGeneration } = loadBalancer;
  if (successorServerId === null) return null;
  return {
    ...fleet,
    loadBalancer: {
      ...loadBalancer,
      balancerServerId: successorServerId,
      observedGeneration: successorGeneration ?? 0,
      // Kept of the balancer alone: the successor's host compared it when it applied.
      observedHash: null,
    },
  };
}

export function balancerOf(fleet: Fleet): Server {
  return serverOf(fleet, fleet.loadBalancer.balancerServerId);
}

/** Backends on which the app should be, the primary first. */
export function presentBackends(fleet: Fleet): Backend[] {
  const present = new Set(
    provenState(fleet).backends.flatMap((backend) => (backend.present ? [backend.backendId] : [])),
  );
  return fleet.backends.filter((backend) => present.has(backend.id));
}

/** The `Host` that the app's visitors ask for: its first domain, or the balancer's address, of IPv6 in brackets. */
export function hostHeaderOf(fleet: Fleet): string {
  return hostHeader(fleet.app, balancerOf(fleet));
}

/** The same of an app and its balancer. */
export function hostHeader({ domains }: Pick<App, 'domains'>, balancer: Server): string {
  return domains[0] ?? bracketed(balancer.privateAddress ?? balancer.ipAddress ?? balancer.address);
}
