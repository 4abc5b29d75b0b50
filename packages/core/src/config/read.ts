import type { AppliedConfig } from '@fairlead/db';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import type { Transaction } from '../events.ts';
import { invalidInput, parseInput } from '../input.ts';
import { sitePath, streamsPath, unifiedDiff } from '../load-balancer/plan-files.ts';
import { found, tenant } from '../tenant.ts';
import { readConfigInput } from './schemas.ts';
import { type ConfigSummaryView, viewConfigs } from './view.ts';

export type ConfigView = ConfigSummaryView & {
  path: string;
  content: string;
  /** Unified, from generation `against` to this one; of the first one, all of its text. */
  diff: string;
  /** The generation that the diff starts from; null where there was none before. */
  against: number | null;
  /** The generation that was applied before it. */
  previousGeneration: number | null;
  /** The file of TCP streams that was applied with it (`content` null: none), and its diff; null where neither side has one. */
  streams: { path: string; content: string | null; diff: string } | null;
};

/** One applied front: its text, and how it differs from another one, by default the one applied before it. */
export const readConfig: UseCase<unknown, ConfigView> = async (ctx, actor, input) => {
  authorize(actor, 'config.read');
  const { appId, generation, against } = parseInput(readConfigInput, input);
  const db = tenant(ctx, actor);
  const balancer = found(
    await db.loadBalancer.findUnique({ where: { appId }, include: { app: { select: { slug: true } } } }),
    'app',
  );
  const [row, previous] = await db.appliedConfig.findMany({
    where: { loadBalancerId: balancer.id, generation: { lte: generation } },
    orderBy: { generation: 'desc' },
    take: 2,
  });
  const config = found(row?.generation === generation ? row : null, 'generation');
  const other = against === undefined ? (previous ?? null) : await readOther(db, balancer.id, against);
  const [summary] = await viewConfigs(db, balancer, [config]);
  const path = sitePath('front', balancer.app.slug);
  return {
    ...(summary as ConfigSummaryView),
    path,
    content: config.content,
    diff: unifiedDiff(path, other?.content ?? null, config.content),
    against: other?.generation ?? null,
    previousGeneration: previous?.generation ?? null,
    streams: streamsView(streamsPath(balancer.app.slug), other?.streams ?? null, config.streams),
  };
};

function streamsView(path: string, before: string | null, content: string | null): ConfigView['streams'] {
  if (before === null && content === null) return null;
  return { path, content, diff: unifiedDiff(path, before, content) };
}

async function readOther(
  tx: Transaction,
  loadBalancerId: string,
  generation: number,
): Promise<AppliedConfig> {
  const row = await tx.appliedConfig.findUnique({
    where: { loadBalancerId_generation: { loadBalancerId, generation } },
  });
  if (row !== null) return row;
  throw invalidInput([{ path: 'against', message: `Generation ${generation} was never applied.` }]);
}
