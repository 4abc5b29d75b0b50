import { type Fleet, tlsOf } from '@fairlead/core';
import { toAppError } from '@fairlead/errors';
import { readFront } from '@fairlead/nginx';
import type { Run } from '../runtime/run.ts';

/**
 * A certificate that the balancer's Nginx refused is put back to the one that it serves, or every later change of the app would fail by it too.
 * @returns whether there was something to put back
 */
export async function takeBackTls(run: Run, { app, loadBalancer }: Fleet, error: unknown): Promise<boolean> {
  if (toAppError(error).code !== 'nginx-test-failed' || loadBalancer.certificateId === null) return false;
  const { prisma } = run.worker;
  const served = await prisma.appliedConfig.findFirst({
    where: { loadBalancerId: loadBalancer.id, serverId: loadBalancer.balancerServerId },
    orderBy: { generation: 'desc' },
    select: { content: true },
  });
  if (served === null) return false;
  const { tls } = readFront(served.content);
  if (tls?.certificate === loadBalancer.certificate?.sha256) return false;
  const before =
    tls === undefined
      ? null
      : await prisma.certificate.findUnique({
          where: { appId_sha256: { appId: app.id, sha256: tls.certificate } },
          select: { id: true, source: true },
        });
  const settings = tlsOf(loadBalancer);
  const mode = before === null ? 'off' : before.source;
  // Only if nobody has changed them again since.
  const { count } = await prisma.loadBalancer.updateMany({
    where: { id: loadBalancer.id, generation: loadBalancer.generation },
    data: { tls: { ...settings, mode }, certificateId: before?.id ?? null },
  });
  return count > 0;
}
