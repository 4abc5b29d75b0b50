import { type Evidence, type Finding, inFile, ok, problem, unknown } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import { type Code, lineAt } from '../source/code.ts';
import { find, oneOf } from '../source/find.ts';
import { localService } from '../stores.ts';
import { configured } from './configured.ts';
import { imports } from './modules.ts';

/** Caches by Flask-Caching and its like: by their type, else by the classes that are used. */
export function judgePythonCache(scan: Scan, codes: readonly Code[]): Finding {
  const extension = imports(
    codes,
    ['flask_caching', 'aiocache', 'fastapi_cache', 'cachelib', 'diskcache', 'cachetools'],
    (name) => `${name} caches`,
  );
  if (extension.length === 0) return absent(scan, 'Nothing is cached on one server alone.');
  const type = configured(scan, codes, 'CACHE_TYPE');
  const words = codes.flatMap((code) =>
    find(code, [
      oneOf(
        'RedisBackend',
        'RedisCache',
        'MemcachedBackend',
        'MemcachedCache',
        'InMemoryBackend',
        'SimpleMemoryCache',
        'SimpleCache',
        'FileSystemCache',
        'TTLCache',
        'LRUCache',
        'Cache',
      ),
    ]).map((at) => ({
      name: code.tokens[at]?.text ?? '',
      evidence: inFile(code.path, lineAt(code, at), 'a cache'),
    })),
  );
  if (type !== null) return judgeCacheName(scan, type.text ?? '', type.evidence('the type of cache'));
  const named = words.find(({ name }) => name !== 'Cache');
  if (named !== undefined) return judgeCacheName(scan, named.name, named.evidence);
  const disk = imports(codes, ['diskcache', 'cachetools'], (name) => `${name} caches on this server`);
  return disk.length > 0
    ? problem('Each server has a cache of its own.', ...disk)
    : unknown('Where the cache is kept can’t be told from here.', ...extension);
}

function judgeCacheName(scan: Scan, name: string, evidence: Evidence): Finding {
  if (/^null/i.test(name)) return ok('Nothing is cached.', evidence);
  if (/simple|filesystem|memory|TTLCache|LRUCache/i.test(name) && !/memcache/i.test(name))
    return problem('Each server has a cache of its own.', evidence);
  if (!/redis|memcache/i.test(name))
    return unknown('Where the cache is kept can’t be told from here.', evidence);
  const own = localService(scan.variables, [
    'CACHE_REDIS_URL',
    'CACHE_REDIS_HOST',
    'REDIS_URL',
    'REDIS_HOST',
  ]);
  return own === null
    ? ok('All backends share the cache.', evidence)
    : problem('Each server has a cache of its own.', own, evidence);
}
