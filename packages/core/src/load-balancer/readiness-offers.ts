import type { Finding, PointKey } from '@fairlead/readiness';

/** What decides what Fairlead itself may offer. */
interface Offered {
  redis?: { leaving: boolean } | null;
  sharedFolders: readonly string[];
}

const byRedis: readonly string[] = ['sessions', 'cache', 'jobs'] satisfies PointKey[];

/** Findings that are a problem, with what Fairlead has for it, and with what does not help. */
export function withOffers<T extends Record<string, Finding>>(
  findings: T,
  { redis, sharedFolders }: Offered,
): T {
  const hasRedis = redis != null && !redis.leaving;
  const told = Object.entries(findings).map(([key, finding]): [string, Finding] => {
    if (finding.status !== 'problem') return [key, finding];
    const more = [
      ...(byRedis.includes(key) && !hasRedis
        ? ['Fairlead can run a Redis for the app on its primary: Database → Redis.']
        : []),
      ...(byRedis.includes(key) && hasRedis
        ? ['The app has a Redis of its own on the primary: REDIS_URL and REDIS_HOST lead there.']
        : []),
      ...(key === 'uploads' && sharedFolders.length > 0
        ? ['A shared folder does not change that: it outlives releases, and each server has its own.']
        : []),
    ];
    return [key, more.length === 0 ? finding : { ...finding, text: [finding.text, ...more].join(' ') }];
  });
  return Object.fromEntries(told) as T;
}
