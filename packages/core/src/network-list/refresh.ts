import type { LoadBalancer } from '@fairlead/db';
import { AppError, toAppError } from '@fairlead/errors';
import type { TrustedProxy } from '@fairlead/nginx/http-settings';
import type { NetworkListSource, OperationContext } from '../context.ts';
import { announce } from '../events.ts';
import { fairlead } from '../fairlead.ts';
import { httpOf } from '../load-balancer/http-of.ts';
import { intend } from '../load-balancer/intend.ts';
import { parseNetworkList } from './parse.ts';

const HOUR_MS = 3_600_000;
/** How long a list that was taken, and one that was not, is left alone. */
export const networkListAgesMs = { taken: 24 * HOUR_MS, refused: HOUR_MS };

/** Under what part of the known networks still named a list is a matter for a person: half a list would shut half of the visitors out. */
const LEAST_KEPT = 0.5;

type Row = LoadBalancer & { app: { id: string; organizationId: string } };

/** Load balancers whose list of networks is to be read again. */
export async function findStaleNetworkLists({ prisma, clock }: OperationContext): Promise<Row[]> {
  const rows = await prisma.loadBalancer.findMany({
    where: { http: { not: {} }, app: { removing: false } },
    include: { app: { select: { id: true, organizationId: true } } },
  });
  const now = clock().getTime();
  return rows.filter((row) => {
    if (!httpOf(row).trustedProxy?.listUrl) return false;
    const ageMs = networkListAgesMs[row.networksFault === null ? 'taken' : 'refused'];
    return row.networksCheckedAt === null || now - row.networksCheckedAt.getTime() >= ageMs;
  });
}

/**
 * Reads the list of one load balancer. Where it names other networks than are trusted now, that is a change like a person's: a new generation and an
 * operation, in the name of Fairlead. A list that can't be read or is not to be believed changes nothing, and says why.
 */
export async function refreshNetworkList(
  ctx: OperationContext & { networkLists: NetworkListSource },
  row: Row,
): Promise<'same' | 'changed' | 'refused'> {
  const { trustedProxy } = httpOf(row);
  if (trustedProxy === null || trustedProxy.listUrl === null) return 'same';
  try {
    const networks = parseNetworkList(await ctx.networkLists.read(trustedProxy.listUrl));
    const isSame = networks.join() === trustedProxy.networks.join();
    if (!isSame) await take(ctx, row, trustedProxy, networks);
    await record(ctx, row, null);
    return isSame ? 'same' : 'changed';
  } catch (error) {
    const { code, message } = toAppError(error);
    // Somebody changed the settings meanwhile, or the app goes: the next look sees what there is then.
    if (code === 'conflict') return 'same';
    if (code === 'internal') throw error;
    await record(ctx, row, message);
    return 'refused';
  }
}

async function take(
  ctx: OperationContext,
  row: Row,
  trusted: TrustedProxy,
  networks: string[],
): Promise<void> {
  const kept = trusted.networks.filter((network) => networks.includes(network)).length;
  if (kept < trusted.networks.length * LEAST_KEPT) {
    throw new AppError(
      'network-list-unreachable',
      `The list names ${networks.length} networks and only ${kept} of the ${trusted.networks.length} that are trusted now: somebody has to look at it.`,
    );
  }
  const { id: appId, organizationId } = row.app;
  const intent = { action: 'change', http: { trustedProxy: { ...trusted, networks } } } as const;
  await intend(ctx, fairlead(organizationId), appId, intent, undefined, {
    check: ({ loadBalancer }) => {
      const isAsRead = JSON.stringify(httpOf(loadBalancer).trustedProxy) === JSON.stringify(trusted);
      if (!isAsRead) throw new AppError('conflict', 'The settings were changed while the list was read.');
    },
  });
}

async function record({ prisma, clock }: OperationContext, row: Row, fault: string | null): Promise<void> {
  await prisma.loadBalancer.update({
    where: { id: row.id },
    data: { networksCheckedAt: clock(), networksFault: fault },
  });
  await announce(prisma, row.app.organizationId, 'load-balancer', row.app.id);
}
