import { type Finding, inFile, ok, type PointKey, unknown } from './finding.ts';
import type { Facts } from './input.ts';
import type { Repository } from './repository.ts';
import type { Code } from './source/code.ts';
import type { Variables } from './variables.ts';

/** What the judges of a framework look at. */
export interface Scan {
  repository: Repository;
  variables: Variables;
  facts: Facts;
  /** Whether all code in the framework's language was read. */
  complete: boolean;
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

/** What says nothing of the sort was found: only a tree that was read whole can say so. */
export function absent(scan: Scan, text: string): Finding {
  return scan.complete
    ? ok(text)
    : unknown('The repository is too large to be read whole, and in what was read nothing tells.');
}

/** Evidence for calls of one kind, at most as many as are shown. */
export function seen(code: Code, lines: readonly { line: number }[], text: string) {
  return lines.map(({ line }) => inFile(code.path, line, text));
}
