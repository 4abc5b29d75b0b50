import { type Fleet, httpOf, streamsOf } from '@fairlead/core';
import { toAppError } from '@fairlead/errors';
import { isSameHttp, isSameStreams, readFront, readStreams, unusualHttp } from '@fairlead/nginx';
import type { Run } from '../runtime/run.ts';

/** How the balancer's Nginx, or its host program, refuses what was asked for. */
const refusals = ['nginx-test-failed', 'port-taken', 'system-unsupported'];

/**
 * Settings that the balancer's Nginx refused are taken back to those that it serves, or every later change of the app would fail by them too.
 * @returns whether all that was asked for is taken back
 */
export async function takeBackSettings(run: Run, { loadBalancer }: Fleet, error: unknown): Promise<boolean> {
  const mayBeAtFault = run.kind === 'load-balancer.change' || run.kind === 'load-balancer.restore';
  if (!mayBeAtFault || !refusals.includes(toAppError(error).code)) return false;
  const { prisma } = run.worker;
  const served = await prisma.appliedConfig.findFirst({
    where: { loadBalancerId: loadBalancer.id, serverId: loadBalancer.balancerServerId },
    orderBy: { generation: 'desc' },
    select: { content: true, streams: true },
  });
  if (served === null) return false;
  const { http } = readFront(served.content);
  const streams = served.streams === null ? [] : readStreams(served.streams).streams;
  if (isSameHttp(http, httpOf(loadBalancer)) && isSameStreams(streams, streamsOf(loadBalancer))) return false;
  // Only if nobody has changed them again since.
  const { count } = await prisma.loadBalancer.updateMany({
    where: { id: loadBalancer.id, generation: loadBalancer.generation },
    data: { http: unusualHttp(http) as object, streams },
  });
  // A restore asks for more than settings, which is still to be done.
  return count > 0 && run.kind === 'load-balancer.change';
}
