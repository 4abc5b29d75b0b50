import type { App, Backend, LoadBalancer, Server } from '@fairlead/db';
import { type CertificateRow, certificateColumns } from './certificate/view.ts';
import { type DesiredOptions, type DesiredState, desiredState } from './desired.ts';
import type { Transaction } from './events.ts';
import { found } from './tenant.ts';

/** All rows that decide what one app's servers hold. */
export interface Fleet {
  app: App;
  loadBalancer: LoadBalancer & {
    /** What its front shows; without chain and key. */
    certificate?: CertificateRow | null;
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
        loadBalancer: {
          include: {
            balancerServer: true,
            successorServer: true,
            formerServer: true,
            certificate: { select: certificateColumns },
          },
        },
        backends: { include: { server: true }, orderBy: [{ role: 'asc' }, { id: 'asc' }] },
      },
    }),
    'app',
  );
  const { primaryServer, loadBalancer: balancerRow, backends, ...app } = row;
  const { balancerServer, successorServer, formerServer, ...loadBalancer } = found(
    balancerRow,
    'load balancer',
  );
  const balancers = [balancerServer, successorServer, formerServer].filter((server) => server !== null);
  const servers = new Map(
    [primaryServer, ...balancers, ...backends.map((b) => b.server)].map((s) => [s.id, s]),
  );
  return {
    app,
    loadBalancer,
    backends: backends.map(({ server: _, ...backend }) => backend),
    servers: [...servers.values()],
  };
}

/** {@link desiredState} of a fleet. */
export function desiredOf(fleet: Fleet, options?: DesiredOptions): DesiredState {
  return desiredState(fleet.app, fleet.loadBalancer, fleet.backends, fleet.servers, options);
}
