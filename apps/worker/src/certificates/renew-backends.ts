import {
  enqueue,
  fairlead,
  findActive,
  isBackendCertificateDue,
  isProven,
  startOperation,
} from '@fairlead/core';
import type { App } from '@fairlead/db';
import type { WorkerContext } from '../context.ts';

/** For so long a renewal that failed is not tried again (milliseconds). */
const pauseMs = 3_600_000;

/** Starts an operation for each app that has a backend whose certificate ends soon; its handler issues another one. Answers how many it started. */
export async function renewBackendCertificates(worker: WorkerContext): Promise<number> {
  const { prisma, clock } = worker;
  const now = clock();
  const apps = await prisma.app.findMany({
    where: {
      removing: false,
      loadBalancer: { backendWay: { not: 'plain' } },
      backends: { some: { certificate: { isNot: null } } },
    },
    include: { backends: { include: { certificate: true } } },
  });
  let started = 0;
  for (const { backends, ...app } of apps) {
    const isDue = backends.some(
      (backend) =>
        isProven(backend) &&
        backend.certificate !== null &&
        isBackendCertificateDue(backend.certificate, now),
    );
    if (isDue && (await startRenewal(worker, app, now))) started += 1;
  }
  return started;
}

async function startRenewal(worker: WorkerContext, app: App, now: Date): Promise<boolean> {
  const { id: appId, name, organizationId } = app;
  const kind = 'load-balancer.change' as const;
  const operationId = await worker.prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT id FROM app WHERE id = ${appId} FOR UPDATE`;
    if ((await findActive(tx, { appId, kinds: [kind] })) !== null) return null;
    const since = new Date(now.getTime() - pauseMs);
    const failed = await tx.operation.count({
      where: { appId, kind, actorId: null, status: 'failed', finishedAt: { gt: since } },
    });
    if (failed > 0) return null;
    return startOperation(tx, fairlead(organizationId), {
      kind,
      title: `Renew the certificates of ${name}’s backends`,
      subject: { type: 'app', id: appId, name },
      appId,
      input: { appId, action: 'change', backendTls: {} },
    });
  });
  if (operationId !== null) await enqueue(worker, operationId);
  return operationId !== null;
}
