import { type Finding, inFile, ok, problem, unknown } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { find, oneOf } from '../source/find.ts';
import { localService } from '../stores.ts';
import { constants } from './wordpress.ts';
import { hasPlugin } from './wordpress-plugins.ts';

const pageCaches = [
  'w3-total-cache',
  'wp-super-cache',
  'wp-fastest-cache',
  'wp-rocket',
  'cache-enabler',
  'litespeed-cache',
  'comet-cache',
  'hyper-cache',
  'breeze',
];

/** WordPress: page caches keep files; an object cache is as shared as the service behind its drop-in. */
export function judgeWordPressCache(scan: Scan, codes: readonly Code[]): Finding {
  const pages = hasPlugin(scan, pageCaches);
  const dropIn = [...scan.repository.paths].find((path) => /(?:^|\/)advanced-cache\.php$/.test(path));
  if (pages !== null || dropIn !== undefined) {
    return problem(
      'Pages are cached in files of each server.',
      ...(pages === null ? [] : [pages]),
      ...(dropIn === undefined ? [] : [inFile(dropIn, null, 'a page cache')]),
    );
  }
  const path = [...scan.repository.paths].find((each) => /(?:^|\/)object-cache\.php$/.test(each));
  if (path === undefined) return absent(scan, 'Nothing is cached beyond the request.');
  return judgeObjectCache(scan, path, codes);
}

function judgeObjectCache(scan: Scan, path: string, codes: readonly Code[]): Finding {
  const code = scan.repository.code(path);
  if (code === null)
    return unknown(
      'Where the object cache is kept can’t be told from here.',
      inFile(path, null, 'an object cache'),
    );
  if (find(code, [oneOf('apcu_store', 'apcu_add')]).length > 0)
    return problem(
      'Each server has an object cache of its own.',
      inFile(path, null, 'caches in this server’s memory'),
    );
  const shared = find(code, [
    oneOf('Redis', 'Predis', 'Memcached', 'Memcache', 'WP_REDIS_HOST', 'RedisCluster', 'Relay'),
  ]);
  const named = code.tokens.some(({ kind, text }) => kind === 'string' && /redis|memcached/i.test(text));
  if (shared.length === 0 && !named)
    return unknown(
      'Where the object cache is kept can’t be told from here.',
      inFile(path, null, 'an object cache'),
    );
  const host = codes.flatMap((each) => [...constants(scan, each)]).find(([name]) => name === 'WP_REDIS_HOST');
  const local = localService(
    (name) =>
      host?.[1].text == null ? scan.variables(name) : { value: host[1].text, evidence: host[1].evidence },
    ['WP_REDIS_HOST'],
  );
  if (local !== null)
    return problem(
      'Each server has an object cache of its own.',
      local,
      inFile(path, null, 'an object cache'),
    );
  // Without a host the drop-in asks Redis on its own machine.
  if (host === undefined && scan.variables('WP_REDIS_HOST') === null && named) {
    return problem(
      'The object cache asks a service on each server itself.',
      inFile(path, null, 'an object cache, and no WP_REDIS_HOST'),
    );
  }
  return ok('All backends share the object cache.', inFile(path, null, 'an object cache'));
}
