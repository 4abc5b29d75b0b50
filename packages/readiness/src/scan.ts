import { type Finding, ok, type PointKey, unknown } from './finding.ts';
import type { Facts } from './input.ts';
import type { Repository } from './repository.ts';
import type { Variables } from './variables.ts';

/** What the judges of a framework look at. */
export interface Scan {
  repository: Repository;
  variables: Variables;
  facts: Facts;
  /** Why nothing can be said to be absent; null where all that matters was read. */
  hidden: string | null;
}

export const frameworkNames = [
  'laravel',
  'wordpress',
  'symfony',
  'php',
  'django',
  'flask',
  'python',
  'next',
  'nest',
  'fastify',
  'express',
  'node',
  'static',
] as const;
export type FrameworkName = (typeof frameworkNames)[number];

export type Findings = Record<PointKey, Finding>;

/** Nothing of the sort was found, which says something where all that matters was read. */
export function absent(scan: Scan, text: string): Finding {
  return scan.hidden === null ? ok(text) : unknown(scan.hidden);
}
