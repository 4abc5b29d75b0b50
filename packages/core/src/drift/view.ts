import type { Prisma } from '@fairlead/db';
import { isAdoptable } from '../load-balancer/given-front.ts';
import { unifiedDiff } from '../load-balancer/plan-files.ts';

export const driftKinds = ['file', 'rule', 'grant'] as const;
export type DriftKind = (typeof driftKinds)[number];

export interface DriftView {
  id: string;
  appId: string;
  server: { id: string; name: string };
  kind: DriftKind;
  /** The file's path, `firewall`, or the database engine. */
  subject: string;
  generation: number | null;
  expected: string | null;
  actual: string | null;
  /** Unified, from what was put there to what is there now; null where one side is not known. */
  diff: string | null;
  /** Settings can say what was made of it by hand. */
  adoptable: boolean;
  foundAt: string;
}

export const driftInclude = {
  server: { select: { id: true, name: true } },
  app: { select: { slug: true, loadBalancer: { select: { balancerServerId: true } } } },
} as const;
type DriftRow = Prisma.DriftGetPayload<{ include: typeof driftInclude }>;

/** Both sides of what was found, as they are shown. A file that is gone has an empty other side. */
export function viewDrift(row: DriftRow): DriftView {
  const { id, appId, subject, generation, expected, actual } = row;
  const isWhole = expected !== null && actual !== null;
  return {
    id,
    appId,
    server: { id: row.server.id, name: row.server.name },
    kind: row.kind as DriftKind,
    subject,
    generation,
    expected,
    actual,
    diff: isWhole ? unifiedDiff(subject, expected, actual) : null,
    adoptable:
      row.app.loadBalancer !== null && isAdoptable(row, { app: row.app, loadBalancer: row.app.loadBalancer }),
    foundAt: row.foundAt.toISOString(),
  };
}
