import type { Drift } from '@fairlead/db';
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
  foundAt: string;
}

/** Both sides of what was found, as they are shown. A file that is gone has an empty other side. */
export function viewDrift(row: Drift & { server: { id: string; name: string } }): DriftView {
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
    foundAt: row.foundAt.toISOString(),
  };
}
