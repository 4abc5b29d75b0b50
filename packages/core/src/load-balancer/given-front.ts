import { AppError } from '@fairlead/errors';
import { adoptFront, type FrontSpec, readFront, readStreams, type StreamSettings } from '@fairlead/nginx';
import type { Transaction } from '../events.ts';
import type { Fleet } from '../fleet.ts';
import { found } from '../tenant.ts';
import { capabilitiesOfServer, sitePath } from './plan-files.ts';
import type { Intent } from './schemas.ts';

/** A front that an intent takes its settings from, and what a reader should know of how it was read. */
export interface GivenFront {
  spec: FrontSpec;
  /** The streams that stood beside it; null where they are not concerned. */
  streams: StreamSettings[] | null;
  /** Where it comes from, in words: `Generation 4`. */
  from: string;
  /** Of a file that was edited by hand: what goes into the snippet, what can't be kept and what is written again. */
  adopted: { intoSnippet: string[]; lost: { text: string; why: string }[]; returns: string[] } | null;
}

/** The front that an intent goes by; null for one that goes by none. @throws AppError `not-found`, `conflict` */
export async function givenFront(tx: Transaction, fleet: Fleet, intent: Intent): Promise<GivenFront | null> {
  if (intent.action === 'restore') return earlierFront(tx, fleet, intent.generation);
  return intent.action === 'adopt' ? editedFront(tx, fleet, intent.driftId) : null;
}

/** As it was applied once. @throws AppError `not-found` if it never was, `conflict` for a text of an earlier Fairlead that can't be read back */
async function earlierFront(
  tx: Transaction,
  { loadBalancer }: Fleet,
  generation: number,
): Promise<GivenFront> {
  const row = await tx.appliedConfig.findUnique({
    where: { loadBalancerId_generation: { loadBalancerId: loadBalancer.id, generation } },
    select: { content: true, streams: true },
  });
  const { content, streams } = found(row, 'generation');
  try {
    return {
      spec: readFront(content),
      streams: streams === null ? [] : readStreams(streams).streams,
      from: `Generation ${generation}`,
      adopted: null,
    };
  } catch (cause) {
    throw new AppError('conflict', `Generation ${generation} can't be read back any more.`, {
      hint: 'Choose a later one.',
      cause,
    });
  }
}

/**
 * As somebody edited it on the balancer and it was last seen there.
 * @throws AppError `not-found` once it is no longer so, `conflict` for what is no front of this app any more
 */
async function editedFront(tx: Transaction, fleet: Fleet, driftId: string): Promise<GivenFront> {
  const { app, loadBalancer, servers } = fleet;
  const row = found(
    await tx.drift.findFirst({ where: { id: driftId, appId: app.id, resolvedAt: null } }),
    'change by hand',
  );
  if (!isAdoptable(row, fleet)) {
    throw new AppError('conflict', 'Only an edited file of the front can be adopted.', {
      hint: 'Put the other changes back, or make them in the settings of the app.',
    });
  }
  const balancer = servers.find(({ id }) => id === loadBalancer.balancerServerId);
  try {
    const { spec, ...adopted } = adoptFront(row.actual ?? '', capabilitiesOfServer(balancer));
    if (spec.app !== app.slug) throw new Error(`It says that it is the front of ${spec.app}.`);
    return { spec, streams: null, from: 'The edited file', adopted };
  } catch (cause) {
    throw new AppError('conflict', 'The edited file can’t be read as a front any more.', {
      hint: 'Put it back, and make the change in the settings of the app.',
      cause,
    });
  }
}

/** Whether a change by hand is one that settings can say. */
export function isAdoptable(
  row: { kind: string; subject: string; serverId: string; actual: string | null },
  { app, loadBalancer }: { app: { slug: string }; loadBalancer: { balancerServerId: string } },
): boolean {
  const isFront = row.kind === 'file' && row.subject === sitePath('front', app.slug);
  return isFront && row.serverId === loadBalancer.balancerServerId && (row.actual ?? '') !== '';
}
