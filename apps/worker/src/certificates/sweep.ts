import {
  enqueue,
  fairlead,
  findActive,
  isOrderDue,
  orderOf,
  readAcmeAccountSecret,
  startOperation,
  withinWindow,
} from '@fairlead/core';
import type { App, Certificate, CertificateOrder, PrismaClient } from '@fairlead/db';
import { renewalWindow } from '@fairlead/remote/acme';
import type { WorkerContext } from '../context.ts';

const dayMs = 86_400_000;
/** How often a directory is asked when to renew, where it does not say so itself (milliseconds). */
const askEveryMs = dayMs / 4;
/** For so long a certificate that was replaced is kept. */
const keptMs = 7 * dayMs;

interface Renewing {
  app: App;
  certificate: Certificate | null;
  order: CertificateOrder;
}

/** Starts the orders that are due, asks directories when the others will be, and forgets what is not shown any more. Answers how many it started. */
export async function sweepCertificates(worker: WorkerContext): Promise<number> {
  const { prisma, clock } = worker;
  const now = clock();
  let started = 0;
  for (const renewing of await renewingApps(prisma, now)) {
    const { app, certificate, order } = renewing;
    if (isOrderDue(order, certificate, app.domains, now)) {
      if (await startOrder(worker, app)) started += 1;
    } else {
      await askDirectory(worker, renewing, now);
    }
  }
  await prisma.certificate.deleteMany({
    where: {
      source: 'acme',
      loadBalancers: { none: {} },
      createdAt: { lt: new Date(now.getTime() - keptMs) },
    },
  });
  return started;
}

/** Apps that serve and whose certificate renews itself; a new one's order is due at once. */
async function renewingApps(prisma: PrismaClient, now: Date): Promise<Renewing[]> {
  const rows = await prisma.loadBalancer.findMany({
    where: {
      tls: { path: ['mode'], equals: 'acme' },
      observedGeneration: { gt: 0 },
      app: { removing: false, status: { not: 'new' } },
    },
    include: { certificate: true, app: { include: { certificateOrder: true } } },
  });
  return Promise.all(
    rows.map(async ({ certificate, app: { certificateOrder, ...app } }) => ({
      app,
      certificate,
      order:
        certificateOrder ??
        (await prisma.certificateOrder.upsert({
          where: { appId: app.id },
          create: { appId: app.id, dueAt: now },
          update: {},
        })),
    })),
  );
}

async function startOrder(worker: WorkerContext, app: App): Promise<boolean> {
  const operationId = await worker.prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT id FROM app WHERE id = ${app.id} FOR UPDATE`;
    const active = await findActive(tx, { appId: app.id, kinds: ['certificate.order'] });
    return active === null ? startOperation(tx, fairlead(app.organizationId), orderOf(app)) : null;
  });
  if (operationId !== null) await enqueue(worker, operationId);
  return operationId !== null;
}

/** Where the directory says when to renew, its word counts; the moment within its window is drawn once. */
async function askDirectory(
  { acme, prisma, cipher, log }: WorkerContext,
  { app, certificate, order }: Renewing,
  now: Date,
): Promise<void> {
  const isAsked = order.checkedAt !== null && now.getTime() - order.checkedAt.getTime() < askEveryMs;
  if (isAsked || certificate === null || order.failures > 0) return;
  const checked = { checkedAt: now };
  try {
    const { directoryUrl } = await readAcmeAccountSecret({ prisma, cipher }, app.organizationId);
    const window = await renewalWindow(acme, directoryUrl, certificate.chain);
    const isWithin = window !== null && order.dueAt >= window.start && order.dueAt <= window.end;
    const dueAt = window === null || isWithin ? order.dueAt : withinWindow(window);
    await prisma.certificateOrder.update({ where: { appId: app.id }, data: { ...checked, dueAt } });
  } catch (error) {
    log.debug({ error, appId: app.id }, 'the directory was not asked when to renew');
    await prisma.certificateOrder.update({ where: { appId: app.id }, data: checked });
  }
}
