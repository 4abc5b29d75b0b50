import { type Evidence, type Finding, inFile, ok, problem, unknown } from '../finding.ts';
import { absent, type FrameworkName, type Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { calls, find, oneOf } from '../source/find.ts';
import { hasString, importEvidence, importsOf } from './modules.ts';
import { hasKey } from './uploads.ts';

const inMemory = [
  'node-cache',
  'memory-cache',
  'apicache',
  'flat-cache',
  'file-system-cache',
  'cache-manager-fs-hash',
  'keyv-file',
];
const redisClients = [
  'redis',
  'ioredis',
  'memjs',
  'memcached',
  '@upstash/redis',
  '@keyv/redis',
  'cache-manager-ioredis-yet',
  'cache-manager-redis-yet',
  'cache-manager-redis-store',
];

/** Node.js: caches that one process or one disk has for itself. */
export function judgeNodeCache(scan: Scan, codes: readonly Code[], framework: FrameworkName): Finding {
  const local = importEvidence(codes, inMemory, (name) => `${name} caches on this server`);
  const nest = codes.flatMap((code) =>
    [...calls(code, 'CacheModule.register'), ...calls(code, 'CacheModule.registerAsync')]
      .filter(
        ({ args }) =>
          !args.some(
            (range) =>
              hasKey(code, range, ['store', 'stores']) ||
              find(code, [oneOf('store', 'stores', 'redisStore', 'KeyvRedis')], range).length > 0,
          ),
      )
      .map(({ line }) => inFile(code.path, line, 'no store: cached in memory')),
  );
  const all = [...local, ...nest];
  if (all.length > 0) return problem('Each server has a cache of its own.', ...all);
  if (framework === 'next') return judgeNext(scan, codes);
  const bounded = importEvidence(
    codes,
    ['lru-cache', 'quick-lru', 'cache-manager', 'keyv'],
    (name) => `${name} may cache in this server’s memory`,
  );
  const shared = importEvidence(codes, redisClients, (name) => `${name} reaches a shared cache`);
  if (shared.length > 0) return ok('What is cached goes to a service that backends share.', ...shared);
  if (bounded.length > 0)
    return unknown(
      'Something is cached in memory; whether servers may differ in it can’t be told from here.',
      ...bounded,
    );
  return absent(scan, 'Nothing is cached on one server alone.');
}

/** Next.js keeps what it renders again (`revalidate`) and what it fetches in `.next/cache` of each server, unless it is given a handler. */
function judgeNext(scan: Scan, codes: readonly Code[]): Finding {
  const config = codes.filter(({ path }) => /^next\.config\.[cm]?[jt]s$/.test(path));
  const handler = config.flatMap((code) =>
    find(code, [oneOf('cacheHandler', 'cacheHandlers', 'incrementalCacheHandlerPath'), ':']).map((at) =>
      inFile(code.path, code.tokens[at]?.line ?? 1, 'a cache handler'),
    ),
  );
  if (handler.length > 0) return ok('What Next.js caches goes through the app’s own handler.', ...handler);
  const cached = codes.flatMap((code): Evidence[] => [
    ...importsOf([code], 'next/cache').flatMap(({ line, named }) =>
      [...named.keys()].some((name) =>
        /^(?:unstable_cache|revalidate|cacheLife|cacheTag|updateTag)/.test(name),
      )
        ? [inFile(code.path, line, 'caches between requests')]
        : [],
    ),
    ...find(code, ['export', 'const', 'revalidate', '='])
      .filter((at) => !['0', 'false'].includes(code.tokens[at + 4]?.text ?? ''))
      .map((at) => inFile(code.path, code.tokens[at]?.line ?? 1, 'renders again from time to time')),
    ...find(code, ['revalidate', ':'])
      .filter((at) => !['0', 'false'].includes(code.tokens[at + 2]?.text ?? ''))
      .map((at) => inFile(code.path, code.tokens[at]?.line ?? 1, 'renders again from time to time')),
    ...hasString(code, 'use cache').map((at) =>
      inFile(code.path, code.tokens[at]?.line ?? 1, 'caches between requests'),
    ),
  ]);
  return cached.length > 0
    ? problem('Next.js keeps these pages and answers in files of each server.', ...cached)
    : absent(scan, 'Nothing is cached between requests.');
}
