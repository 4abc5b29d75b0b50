import { backendName, doorOf } from '@fairlead/core';
import type { Backend, PrismaClient, Server } from '@fairlead/db';
import { hostHeader } from '../fleet.ts';
import type { Health, Thresholds } from './verdict.ts';

/** One backend as the poller asks for it. */
export interface Target {
  backendId: string;
  organizationId: string;
  balancer: Server;
  address: string;
  port: number;
  /** Of a backend that is asked by TLS: the authority whose certificates are good, and their name. */
  authority?: { certificate: string; name: string } | undefined;
  path: string;
  /** `Host` of the request. */
  host: string;
  intervalMs: number;
  timeoutMs: number;
  thresholds: Thresholds;
  /** As it stands in the database; the poller is the only one that goes on from here. */
  health: Health;
  streak: number;
  reason: string | null;
}

/**
 * States in which a backend with a release is asked. One that failed to join keeps the reason that its operation gave; one that is on its way in
 * (`deploying` by state and by health) is called healthy only once the balancer gives it requests.
 */
export const watchedStates = ['active', 'draining', 'disabled', 'deploying'] as const;

const isJoining = { state: 'deploying', health: 'deploying' };

/** Every backend that has something to answer with. */
export async function loadTargets(prisma: PrismaClient): Promise<Target[]> {
  const apps = await prisma.app.findMany({
    where: { removing: false, backends: { some: { releaseId: { not: null } } } },
    include: {
      loadBalancer: { include: { balancerServer: true } },
      backendAuthority: { select: { certificate: true } },
      backends: { where: { releaseId: { not: null }, state: { in: [...watchedStates] }, NOT: isJoining } },
    },
  });
  return apps.flatMap(({ backends, loadBalancer, backendAuthority, ...app }) => {
    if (loadBalancer === null) return [];
    const balancer = loadBalancer.balancerServer;
    const host = hostHeader(app, balancer);
    return backends.map((backend: Backend) => {
      const { port, isTls } = doorOf(app, loadBalancer, backend);
      const authority = { certificate: backendAuthority?.certificate ?? '', name: backendName(app.slug) };
      return {
        backendId: backend.id,
        organizationId: app.organizationId,
        balancer,
        address: backend.address,
        port,
        ...(isTls ? { authority } : {}),
        path: app.healthPath,
        host,
        intervalMs: app.healthIntervalMs,
        timeoutMs: app.healthTimeoutMs,
        thresholds: { rise: app.healthRise, fall: app.healthFall },
        health: backend.health as Health,
        streak: backend.healthStreak,
        reason: backend.healthReason,
      };
    });
  });
}
