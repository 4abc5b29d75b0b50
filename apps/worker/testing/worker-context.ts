import { randomUUID } from 'node:crypto';
import type { Operation, Server } from '@fairlead/db';
import { AcmeTransport } from '@fairlead/remote/acme';
import type { WorkerContext } from '../src/context.ts';
import { Hosts } from '../src/hosts/hosts.ts';
import { Preparation } from '../src/hosts/preparation.ts';
import type { Handler } from '../src/runtime/run.ts';
import type { TestControlPlane } from './control-plane.ts';

/** A worker's context in this process: one for each worker that a test wants. Nothing is started. */
export function workerContext(plane: TestControlPlane, name = 'worker'): WorkerContext {
  const { prisma, queue, cipher, clock, log } = plane.ctx;
  return {
    workerId: `${name}-${randomUUID()}`,
    prisma,
    queue,
    cipher,
    clock,
    log,
    hosts: new Hosts(prisma, cipher),
    acme: new AcmeTransport({ allowPrivateNetworks: true }),
    commits: { headOf: async () => '0'.repeat(40) },
    networkLists: { read: async () => [] },
    preparation: new Preparation(plane.env.FAIRLEAD_ANSIBLE_DIR),
  };
}

/** A server that nothing ever connects to. */
export async function addServer(plane: TestControlPlane, name: string): Promise<Server> {
  const { organizationId } = plane.actor;
  const count = await plane.database.prisma.server.count();
  return plane.database.prisma.server.create({
    data: { organizationId, name, address: `192.0.2.${count + 1}`, ipAddress: `192.0.2.${count + 1}` },
  });
}

/** A queued operation on a server, without a job. */
export function addOperation(plane: TestControlPlane, server: Server): Promise<Operation> {
  return plane.database.prisma.operation.create({
    data: {
      organizationId: server.organizationId,
      kind: 'server.check',
      title: `Check ${server.name}`,
      serverId: server.id,
      actorName: 'Ada',
    },
  });
}

/** Handlers of which every kind does the same. */
export function everyHandler(handler: Handler) {
  return {
    'abort-canary': handler,
    'apply-load-balancer': handler,
    'apply-processes': handler,
    'check-hosted-database': handler,
    'check-server': handler,
    'deploy-app': handler,
    'order-certificate': handler,
    'prepare-server': handler,
    'put-back': handler,
    'read-sites': handler,
    'remove-app': handler,
    'run-command': handler,
  };
}
