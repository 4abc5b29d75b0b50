import type { Backend, Server } from '@fairlead/db';
import { type InUpstream, inUpstreamOf } from '../desired.ts';
import type { Transaction } from '../events.ts';
import type { Fleet } from '../fleet.ts';
import { slowStartEndsAt } from '../load-balancer/slow-start.ts';
import { isoOf } from '../tenant.ts';
import { type BackendDesire, type BackendState, backendStatus } from './status.ts';
import { doorOf } from './ways.ts';

export type HealthState = 'unknown' | 'healthy' | 'unhealthy' | 'deploying';

export interface BackendView {
  id: string;
  appId: string;
  server: { id: string; name: string; address: string; status: string };
  role: 'primary' | 'replica';
  desired: BackendDesire;
  state: BackendState;
  address: string;
  /** Where the balancer sends requests to. */
  port: number;
  /** A port of its own, not the app's. */
  ownPort: number | null;
  inUpstream: InUpstream;
  weight: number;
  maxFails: number;
  failTimeoutSeconds: number;
  maxConns: number;
  backup: boolean;
  drain: boolean;
  /** Enabled, and given nothing: its server was away when the release that the others serve came (`behind`), or it switches (`switching`). */
  heldBack: 'behind' | 'switching' | null;
  /** How much of its weight it is given while it comes back, and when it has all of it; null where it does not climb. */
  slowStart: { percent: number; endsAt: string } | null;
  colour: 'blue' | 'green' | null;
  releaseId: string | null;
  commit: string | null;
  health: HealthState;
  healthReason: string | null;
  healthLatencyMs: number | null;
  healthStatus: number | null;
  /** Times that its process was started again by itself since the release that it serves came; null: not known, or it has none. */
  restarts: number | null;
  /** Memory that its processes take. */
  memoryMib: number | null;
  healthCheckedAt: string | null;
  healthChangedAt: string | null;
  createdAt: string;
}

function viewSlowStart(backend: Backend, seconds: number): BackendView['slowStart'] {
  const endsAt = slowStartEndsAt(backend, seconds);
  return endsAt === null ? null : { percent: backend.slowStartPercent, endsAt: endsAt.toISOString() };
}

/** A fleet's backends as they are shown. */
export async function viewBackends(tx: Transaction, fleet: Fleet): Promise<BackendView[]> {
  const releaseIds = fleet.backends.map((backend) => backend.releaseId).filter((id) => id !== null);
  const releases = await tx.release.findMany({
    where: { id: { in: releaseIds } },
    select: { id: true, commit: true },
  });
  const commits = new Map(releases.map((release) => [release.id, release.commit]));
  const servers = new Map(fleet.servers.map((server) => [server.id, server]));
  return fleet.backends.map((backend) => {
    const server = servers.get(backend.serverId) as Server;
    return {
      id: backend.id,
      appId: backend.appId,
      server: { id: server.id, name: server.name, address: server.address, status: server.status },
      role: backend.role as BackendView['role'],
      desired: backend.desired as BackendDesire,
      state: backendStatus.parse(backend.state),
      address: backend.address,
      port: doorOf(fleet.app, fleet.loadBalancer, backend).port,
      ownPort: backend.port,
      inUpstream: inUpstreamOf(fleet.app, fleet.loadBalancer, backend),
      weight: backend.weight,
      maxFails: backend.maxFails,
      failTimeoutSeconds: backend.failTimeoutSeconds,
      maxConns: backend.maxConns,
      backup: backend.backup,
      drain: backend.drain,
      heldBack: backend.heldBack as BackendView['heldBack'],
      slowStart: viewSlowStart(backend, fleet.loadBalancer.slowStartSeconds),
      colour: backend.colour as BackendView['colour'],
      releaseId: backend.releaseId,
      commit: backend.releaseId === null ? null : (commits.get(backend.releaseId) ?? null),
      health: backend.health as HealthState,
      healthReason: backend.healthReason,
      healthLatencyMs: backend.healthLatencyMs,
      healthStatus: backend.healthStatus,
      restarts: backend.restarts,
      memoryMib: backend.memoryMib,
      healthCheckedAt: isoOf(backend.healthCheckedAt),
      healthChangedAt: isoOf(backend.healthChangedAt),
      createdAt: backend.createdAt.toISOString(),
    };
  });
}
