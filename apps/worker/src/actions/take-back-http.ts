import { type Fleet, httpOf } from '@fairlead/core';
import { toAppError } from '@fairlead/errors';
import { isSameHttp, readFront, unusualHttp } from '@fairlead/nginx';
import type { Run } from '../runtime/run.ts';

/**
 * Settings that the balancer's Nginx refused are taken back to those that it serves, or every later change of the app would fail by them too.
 * @returns whether there was something to take back
 */
export async function takeBackHttp(run: Run, { loadBalancer }: Fleet, error: unknown): Promise<boolean> {
  if (run.kind !== 'load-balancer.change' || toAppError(error).code !== 'nginx-test-failed') return false;
  const { prisma } = run.worker;
  const served = await prisma.appliedConfig.findFirst({
    where: { loadBalancerId: loadBalancer.id, serverId: loadBalancer.balancerServerId },
    orderBy: { generation: 'desc' },
    select: { content: true },
  });
  if (served === null) return false;
  const { http } = readFront(served.content);
  if (isSameHttp(http, httpOf(loadBalancer))) return false;
  // Only if nobody has changed them again since.
  const { count } = await prisma.loadBalancer.updateMany({
    where: { id: loadBalancer.id, generation: loadBalancer.generation },
    data: { http: unusualHttp(http) as object },
  });
  return count > 0;
}
