import type { Deployment, Server } from '@fairlead/db';
import { canaryUpstreamName, frontUpstreamName, type Slug } from '@fairlead/nginx';
import type { OperationContext } from '../context.ts';
import { announce } from '../events.ts';
import { desiredOf, loadFleet } from '../fleet.ts';
import { addFigures, type SideFigures } from './figures.ts';
import type { CanarySettings } from './schemas.ts';
import { type CanaryState, canarySettingsOf, canaryStateOf } from './settings.ts';
import { judgeCanary, missingReason } from './verdict.ts';

/** What somebody who decides by himself should have seen of each side. */
const fewest = 20;

/** A canary that visitors are led to, and where both sides are noted. */
export interface RunningCanary {
  deploymentId: string;
  appId: string;
  organizationId: string;
  slug: string;
  balancer: Server;
  settings: CanarySettings;
  state: CanaryState;
  /** Whom each side's requests go to, as Nginx notes them. */
  places: { canary: string[]; stable: string[] };
}

/** What `canary.read` of the host program answers. */
export interface CanaryLook {
  nowMs: number;
  cursor: CanaryState['cursor'];
  skippedBytes: number;
  sides: { canary: SideFigures; stable: SideFigures };
}

/** All canaries that are compared now. */
export async function findCanaries({ prisma }: OperationContext): Promise<RunningCanary[]> {
  const rows = await prisma.deployment.findMany({
    where: { status: 'canary', app: { removing: false } },
    include: { app: { select: { slug: true, organizationId: true } } },
  });
  const found = await Promise.all(
    rows.map(async ({ app, ...row }) => {
      const [settings, state] = [canarySettingsOf(row), canaryStateOf(row)];
      if (settings === null || state === null) return [];
      const fleet = await loadFleet(prisma, row.appId);
      const balancer = fleet.servers.find(({ id }) => id === fleet.loadBalancer.balancerServerId);
      if (balancer === undefined) return [];
      const places = {
        canary: [canaryUpstreamName(app.slug as Slug)],
        stable: [frontUpstreamName(app.slug as Slug)],
      };
      for (const { backendId, address, port } of desiredOf(fleet).backends) {
        const hasIt = fleet.backends.some(({ id, canary }) => id === backendId && canary);
        places[hasIt ? 'canary' : 'stable'].push(
          address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
        );
      }
      return [{ deploymentId: row.id, appId: row.appId, ...app, balancer, settings, state, places }];
    }),
  );
  return found.flat();
}

/** What is known after one more look: pure. */
export function afterLook(
  state: CanaryState,
  { rule }: CanarySettings,
  look: CanaryLook,
  now: Date,
): CanaryState {
  const isFirst = state.sinceMs === null || state.cursor === null;
  const sides = isFirst
    ? { canary: state.canary, stable: state.stable }
    : {
        canary: addFigures(state.canary, look.sides.canary),
        stable: addFigures(state.stable, look.sides.stable),
      };
  const elapsedSeconds = (now.getTime() - new Date(state.startedAt).getTime()) / 1000;
  const judged =
    rule === null
      ? {
          verdict: 'wait' as const,
          reason: missingReason({ minRequests: fewest }, sides) ?? 'It is promoted or aborted by hand.',
        }
      : judgeCanary(rule, sides, elapsedSeconds);
  return {
    ...state,
    ...sides,
    ...judged,
    sinceMs: state.sinceMs ?? look.nowMs,
    cursor: look.cursor,
    readAt: now.toISOString(),
    skippedBytes: state.skippedBytes + look.skippedBytes,
  };
}

/**
 * Keeps one more look.
 * @returns what is known then; null where the canary has ended meanwhile
 */
export async function recordLook(
  ctx: OperationContext,
  { deploymentId, organizationId }: Pick<RunningCanary, 'deploymentId' | 'organizationId'>,
  look: CanaryLook,
): Promise<CanaryState | null> {
  return ctx.prisma.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<Pick<Deployment, 'status' | 'canary' | 'canaryState'>[]>`
      SELECT status, canary, "canaryState" FROM deployment WHERE id = ${deploymentId} FOR UPDATE`;
    if (row?.status !== 'canary') return null;
    const [settings, known] = [canarySettingsOf(row), canaryStateOf(row)];
    if (settings === null || known === null) return null;
    const state = afterLook(known, settings, look, ctx.clock());
    await tx.deployment.update({ where: { id: deploymentId }, data: { canaryState: state } });
    const isSeen =
      JSON.stringify([known.canary, known.stable, known.reason]) !==
      JSON.stringify([state.canary, state.stable, state.reason]);
    if (isSeen || known.readAt === null) await announce(tx, organizationId, 'deployment', deploymentId);
    return state;
  });
}
