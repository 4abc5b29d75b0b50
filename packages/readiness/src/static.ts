import { ok } from './finding.ts';
import type { Findings } from './scan.ts';

/** Files that are served as they are. */
export function judgeStatic(): Findings {
  const same = ok('Every server gets the same files with each release.');
  return {
    uploads: same,
    sessions: same,
    cache: same,
    jobs: same,
    'local-state': same,
    secrets: same,
    'trusted-proxies': same,
    'database-connections': ok('The app uses no database.'),
  };
}
