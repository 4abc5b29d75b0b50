import type { PointKey, Status } from '../src/finding.ts';
import type { Environment, Facts } from '../src/input.ts';
import type { FrameworkName } from '../src/scan.ts';

/** A small app with known answers. */
export interface Sample {
  name: string;
  framework: FrameworkName | null;
  files: Record<string, string>;
  environment?: Environment;
  facts?: Partial<Facts>;
  /** By a person who has read the files and knows the framework. */
  expected: Record<PointKey, Status>;
}

/** Answers by their first letters, in the order of the points: uploads, sessions, cache, jobs, local-state, secrets, trusted-proxies, database-connections. */
export function answers(letters: string): Record<PointKey, Status> {
  const [uploads, sessions, cache, jobs, state, secrets, proxies, connections] = [...letters].map(statusOf);
  return {
    uploads: uploads ?? 'unknown',
    sessions: sessions ?? 'unknown',
    cache: cache ?? 'unknown',
    jobs: jobs ?? 'unknown',
    'local-state': state ?? 'unknown',
    secrets: secrets ?? 'unknown',
    'trusted-proxies': proxies ?? 'unknown',
    'database-connections': connections ?? 'unknown',
  };
}

function statusOf(letter: string): Status {
  if (letter === 'o') return 'ok';
  return letter === 'p' ? 'problem' : 'unknown';
}

export const postgresql = (maxConnections: number | null = 100): Partial<Facts> => ({
  database: { engine: 'postgresql', maxConnections },
});
export const composer = (...names: string[]): string =>
  JSON.stringify({ require: Object.fromEntries(names.map((name) => name.split(':') as [string, string])) });
export const manifest = (...names: string[]): string =>
  JSON.stringify({
    scripts: { start: 'node server.js' },
    dependencies: Object.fromEntries(names.map((name) => [name, '*'])),
  });
