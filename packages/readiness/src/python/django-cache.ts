import { type Evidence, type Finding, inFile, ok, problem, unknown } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import { type Code, lineAt } from '../source/code.ts';
import { find, oneOf } from '../source/find.ts';
import type { Place } from '../stores.ts';
import { entriesOf } from '../value/entries.ts';
import { readValue } from '../value/read-value.ts';
import { resolve } from '../value/resolve.ts';
import { isLocalHost } from '../variables.ts';
import { assigned } from './assignments.ts';

interface CachePlace {
  place: Place;
  evidence: Evidence[];
}

const places: readonly (readonly [RegExp, Place])[] = [
  [/LocMemCache|FileBasedCache/, 'local'],
  [/DummyCache/, 'none'],
  [/DatabaseCache|RedisCache|Memcache|PyLibMC|PyMemcache|django_redis|redis/i, 'shared'],
];

/** Where Django's default cache is: in the memory of each process, unless CACHES says otherwise. */
export function djangoCache(scan: Scan, settings: readonly Code[]): CachePlace {
  const caches = assigned(settings, 'CACHES');
  if (caches === null) return { place: 'local', evidence: [] };
  const { code } = caches;
  const line = lineAt(code, caches.value.from);
  const standard = entriesOf(code, caches.value)?.get('default');
  const entries = standard === undefined ? null : entriesOf(code, standard.value);
  const backend = entries?.get('BACKEND');
  if (backend === undefined) return { place: 'unknown', evidence: [inFile(code.path, line, 'CACHES')] };
  const setting = resolve(readValue(code, backend.value), code.path, scan.variables);
  const evidence = [setting.evidence('the backend of the default cache')];
  const place = places.find(([name]) => name.test(setting.text ?? ''))?.[1] ?? 'unknown';
  const location = entries?.get('LOCATION');
  if (place !== 'shared' || location === undefined) return { place, evidence };
  const where = resolve(readValue(code, location.value), code.path, scan.variables);
  return where.text !== null && isLocalHost(where.text)
    ? { place: 'local', evidence: [where.evidence('leads to the machine that asks'), ...evidence] }
    : { place, evidence };
}

export function judgeDjangoCache(scan: Scan, settings: readonly Code[], codes: readonly Code[]): Finding {
  const { place, evidence } = djangoCache(scan, settings);
  if (place === 'shared') return ok('All backends share the cache.', ...evidence);
  if (place === 'none') return ok('Nothing is cached.', ...evidence);
  if (place === 'unknown') return unknown('Where the cache is kept can’t be told from here.', ...evidence);
  if (evidence.length > 0) return problem('Each server has a cache of its own.', ...evidence);
  const used = codes.flatMap((code) =>
    [
      ...find(code, ['from', 'django.core.cache', 'import']),
      ...find(code, [oneOf('cache_page', 'cache_control', 'cached'), '(']).filter(
        (at) => code.tokens[at]?.text === 'cache_page',
      ),
    ].map((at) => inFile(code.path, lineAt(code, at), 'uses the cache')),
  );
  return used.length > 0
    ? problem('Without CACHES, each process has a cache of its own.', ...used)
    : absent(scan, 'Nothing is cached.');
}
