import type { App, Backend, HostedDatabase, LoadBalancer, Redis, Server } from '@fairlead/db';
import { type CertificateRow, certificateColumns } from './certificate/view.ts';
import { type DesiredOptions, type DesiredState, desiredState } from './desired.ts';
import type { Transaction } from './events.ts';
import { found } from './tenant.ts';

/** The authority of an app's backends, and the certificates that it issued for them. */
export interface BackendCertificates {
  authority: { certificate: string; sha256: string };
  backends: { backendId: string; sha256: string; notAfter: Date }[];
}

/** All rows that decide what one app's servers hold. */
export interface Fleet {
  app: App & { hostedDatabase?: HostedDatabase | null; redis?: Redis | null };
  loadBalancer: LoadBalancer & {
    /** What its front shows; without chain and key. */
    certificate?: CertificateRow | null;
    /** What goes with TLS to its backends, without keys; null: it has no authority yet. */
    backendCertificates?: BackendCertificates | null;
  };
  /** The primary first. */
  backends: Backend[];
  /** Primary, every balancer and every backend's server. */
  servers: Server[];
}

/** @throws AppError `not-found` */
export async function loadFleet(tx: Transaction, appId: string): Promise<Fleet> {
  const row = found(
    await tx.app.findUnique({
      where: { id: appId },
      include: {
        primaryServer: true,
        hostedDatabase: true,
        redis: true,
        loadBalancer: {
          include: {
            balancerServer: true,
            successorServer: true,
            formerServer: true,
            certificate: { select: certificateColumns },
          },
        },
        backendAuthority: { select: { certificate: true, sha256: true } },
        backends: {
          include: {
            server: true,
            certificate: { select: { backendId: true, sha256: true, notAfter: true } },
          },
          orderBy: [{ role: 'asc' }, { id: 'asc' }],
        },
      },
    }),
    'app',
  );
  const { primaryServer, loadBalancer: balancerRow, backends, backendAuthority: authority, ...app } = row;
  const { balancerServer, successorServer, formerServer, ...loadBalancer } = found(
    balancerRow,
    'load balancer',
  );
  const balancers = [balancerServer, successorServer, formerServer].filter((server) => server !== null);
  const servers = new Map(
    [primaryServer, ...balancers, ...backends.map((b) => b.server)].map((s) => [s.id, s]),
  );
  const certificates = backends.flatMap(({ certificate }) => certificate ?? []);
  const issued = authority === null ? null : { authority, backends: certificates };
  return {
    app,
    loadBalancer: { ...loadBalancer, backendCertificates: issued },
    backends: backends.map(({ server: _, certificate: __, ...backend }) => backend),
    servers: [...servers.values()],
  };
}

/** {@link desiredState} of a fleet. */
export function desiredOf(fleet: Fleet, options?: DesiredOptions): DesiredState {
  return desiredState(fleet.app, fleet.loadBalancer, fleet.backends, fleet.servers, options);
}
