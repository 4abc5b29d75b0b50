import { judgeBudget } from '../budget.ts';
import { type Evidence, type Finding, inEnvironment, inFile, ok, problem, unknown } from '../finding.ts';
import { at, lineOf, readYaml } from '../repository.ts';
import { absent, type Findings, type Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { calls, find } from '../source/find.ts';
import { judgePlace, localService, type Place, placeOf } from '../stores.ts';
import { isLocalHost } from '../variables.ts';
import { judgePhpUploads, judgePhpWrites } from './plain.ts';
import { phpSessions } from './sessions.ts';
import { judgeSymfonyJobs } from './symfony-jobs.ts';
import { phpPool, phpProxies } from './workers.ts';

/** Symfony: `config/packages/*.yaml`, `.env` and the app's own classes. */
export function judgeSymfony(scan: Scan): Findings {
  const codes = scan.repository.codes(/^src\/.*\.php$/);
  return {
    uploads: judgeUploads(scan, codes),
    sessions: judgeSessions(scan, codes),
    cache: judgeCache(scan),
    jobs: judgeSymfonyJobs(scan),
    'local-state': judgeState(scan, codes),
    secrets: judgeSecret(scan),
    'trusted-proxies': phpProxies,
    'database-connections': judgeBudget(
      scan,
      scan.repository.paths.has('config/packages/doctrine.yaml'),
      phpPool,
    ),
  };
}

const framework = 'config/packages/framework.yaml';
const configFile = (scan: Scan, name: string) =>
  ['yaml', 'yml']
    .map((ending) => `config/packages/${name}.${ending}`)
    .find((path) => scan.repository.texts.has(path));

function judgeUploads(scan: Scan, codes: readonly Code[]): Finding {
  const moved = codes.flatMap((code) => {
    const uploads =
      find(code, ['UploadedFile']).length > 0 ||
      find(code, ['files', '-', '>', 'get']).length > 0 ||
      find(code, ['getData', '(']).length > 0;
    return uploads
      ? calls(code, ['-', '>', 'move']).map(({ line }) =>
          inFile(code.path, line, 'keeps an upload on the disk'),
        )
      : [];
  });
  if (moved.length > 0)
    return problem('Uploads are kept on the disk of the server that took them.', ...moved);
  const vich = configFile(scan, 'vich_uploader');
  if (vich !== undefined) {
    const storage = at(readYaml(scan.repository, vich), 'vich_uploader', 'storage') ?? 'file_system';
    const evidence = inFile(vich, lineOf(scan.repository, vich, 'storage'), 'where uploads go');
    return storage === 'file_system'
      ? problem('Uploads are kept on the disk of the server that took them.', evidence)
      : ok('Uploads go to a storage of their own.', evidence);
  }
  return judgePhpUploads(scan, codes);
}

function judgeSessions(scan: Scan, codes: readonly Code[]): Finding {
  const session = at(readYaml(scan.repository, framework), 'framework', 'session');
  const evidence = inFile(
    framework,
    lineOf(scan.repository, framework, 'handler_id') ?? lineOf(scan.repository, framework, 'session'),
    'where sessions are kept',
  );
  if (session === undefined || session === false) return phpSessions(scan, codes);
  const handler = text(scan, at(session, 'handler_id'));
  if (handler.value === null)
    return handler.isSet
      ? unknown('Where sessions are kept can’t be told from here.', evidence)
      : problem('PHP keeps sessions in files on each server.', evidence);
  if (/^(?:file|session\.handler\.native)/.test(handler.value))
    return problem('PHP keeps sessions in files on each server.', evidence);
  if (isLocalHost(handler.value)) return problem('Sessions are kept in a service on each server.', evidence);
  return /^(?:rediss?|memcached|pgsql|mysql|postgres|pdo)|Redis|Pdo|Memcached/i.test(handler.value)
    ? ok('All backends share the sessions.', evidence)
    : unknown('Where sessions are kept can’t be told from here.', evidence);
}

/** A text of the configuration, with `%env(X)%` followed. */
function text(scan: Scan, value: unknown): { value: string | null; isSet: boolean } {
  if (typeof value !== 'string') return { value: null, isSet: value !== undefined && value !== null };
  const name = /^%env\((?:[a-z_]+:)*([A-Za-z0-9_]+)\)%$/.exec(value.slice(0, 200))?.[1];
  return { value: name === undefined ? value : (scan.variables(name)?.value ?? null), isSet: true };
}

const adapters: Record<string, Place> = {
  'cache.adapter.filesystem': 'local',
  'cache.adapter.apcu': 'local',
  'cache.adapter.array': 'none',
  'cache.adapter.redis': 'shared',
  'cache.adapter.redis_tag_aware': 'shared',
  'cache.adapter.memcached': 'shared',
  'cache.adapter.pdo': 'shared',
  'cache.adapter.doctrine_dbal': 'shared',
};

function judgeCache(scan: Scan): Finding {
  const path = configFile(scan, 'cache');
  const adapter =
    path === undefined ? undefined : at(readYaml(scan.repository, path), 'framework', 'cache', 'app');
  if (path === undefined || typeof adapter !== 'string') {
    const used = scan.repository.codes(/^src\/.*\.php$/).flatMap((code) =>
      find(code, ['CacheInterface', '$cache'])
        .concat(find(code, ['CacheItemPoolInterface', '$cache']))
        .map((at_) => inFile(code.path, code.tokens[at_]?.line ?? 1, 'uses the cache')),
    );
    return used.length > 0
      ? problem('cache.app is in files of each server by default.', ...used)
      : absent(scan, 'The app caches nothing by itself.');
  }
  const provider = text(
    scan,
    at(readYaml(scan.repository, path), 'framework', 'cache', 'default_redis_provider'),
  );
  const evidence = inFile(path, lineOf(scan.repository, path, 'app:'), 'the adapter of cache.app');
  const local =
    provider.value !== null && isLocalHost(provider.value)
      ? inFile(
          path,
          lineOf(scan.repository, path, 'default_redis_provider'),
          'leads to the machine that asks',
        )
      : null;
  return judgePlace(placeOf(adapters, adapter), 'the cache', evidence, local);
}

function judgeState(scan: Scan, codes: readonly Code[]): Finding {
  const variable = scan.variables('DATABASE_URL');
  const database: Evidence | null =
    variable !== null && /^sqlite:/.test(variable.value)
      ? variable.evidence('a database in a file')
      : localService(scan.variables, ['DATABASE_URL']);
  return database === null
    ? judgePhpWrites(scan, codes)
    : problem('Each server has a database of its own.', database);
}

function judgeSecret(scan: Scan): Finding {
  const variable = scan.variables('APP_SECRET');
  if (variable !== null && variable.value !== '')
    return ok('All backends have the same secret.', variable.evidence('set'));
  const secret = at(readYaml(scan.repository, framework), 'framework', 'secret');
  if (typeof secret === 'string' && !secret.startsWith('%'))
    return ok(
      'All backends have the same secret.',
      inFile(framework, lineOf(scan.repository, framework, 'secret'), 'a secret in the repository'),
    );
  return problem('APP_SECRET is not set.', inEnvironment('APP_SECRET', 'not set'));
}
