import { type Evidence, type Finding, inFile, ok, problem, unknown } from '../finding.ts';
import { absent, type Findings, type FrameworkName, type Scan } from '../scan.ts';
import { type Code, lineAt } from '../source/code.ts';
import { calls, find, oneOf, string } from '../source/find.ts';
import { localService, type Place, placeOf } from '../stores.ts';
import { readValue } from '../value/read-value.ts';
import { resolve, type Setting } from '../value/resolve.ts';
import type { Assigned } from './assignments.ts';
import { judgePythonBudget } from './budget.ts';
import { judgeSecret } from './django.ts';
import { endOfExpression, judgePythonJobs } from './jobs.ts';
import { imports } from './modules.ts';
import { pythonWrites } from './writes.ts';

const notServed = /(?:^|\/)(?:migrations|alembic|scripts|tools)\//;

/** Flask, FastAPI and other Python: what the code itself says. */
export function judgePython(scan: Scan, framework: FrameworkName): Findings {
  const codes = scan.repository.codes(/\.py$/).filter(({ path }) => !notServed.test(path));
  return {
    uploads: judgeUploads(scan, codes),
    sessions: judgeSessions(scan, codes),
    cache: judgeCache(scan, codes),
    jobs: judgePythonJobs(scan, codes),
    'local-state': judgeState(scan, codes),
    secrets: judgeSecrets(scan, codes, framework),
    'trusted-proxies': judgeProxies(scan, codes, framework),
    'database-connections': judgePythonBudget(
      scan,
      usesDatabase(codes) || scan.facts.database !== null,
      codes,
      pooled(codes),
    ),
  };
}

/** A configuration's key in any of its shapes: `app.config['X'] = …`, `X = …` in a class or file, `X=…` in `config.update(…)`. */
function configured(scan: Scan, codes: readonly Code[], key: string): Setting | null {
  const found = codes.flatMap((code) => {
    const indexed = find(code, ['config', '[', string(key), ']', '=']).map((at) => at + 5);
    const named = find(code, [key, '=']).map((at) => at + 2);
    const inDict = find(code, [string(key), ':']).map((at) => at + 2);
    return [...indexed, ...named, ...inDict].map((from) =>
      resolve(readValue(code, { from, to: endOfExpression(code, from) }), code.path, scan.variables),
    );
  });
  return found.at(-1) ?? null;
}

const objectStores = ['boto3', 'minio', 'google', 'azure', 'cloudinary', 'aioboto3', 's3fs', 'flask_s3'];

function judgeUploads(scan: Scan, codes: readonly Code[]): Finding {
  const taken = codes.flatMap((code) =>
    [
      ...find(code, ['request', '.', 'files']),
      ...find(code, ['UploadFile']).filter((at) => code.tokens[at + 1]?.text !== ','),
    ].map((at) => inFile(code.path, lineAt(code, at), 'takes an upload')),
  );
  if (taken.length === 0) return absent(scan, 'Nothing takes uploads.');
  const files = new Set(taken.map(({ path }) => path));
  const kept = codes
    .filter(({ path }) => files.has(path))
    .flatMap((code) => [
      ...calls(code, '.save')
        .filter(({ args }) => args.length > 0 && !temporary(code, args[0]))
        .map(({ line }) => inFile(code.path, line, 'keeps an upload on the disk')),
      ...calls(code, 'shutil.copyfileobj').map(({ line }) =>
        inFile(code.path, line, 'keeps an upload on the disk'),
      ),
      ...pythonWrites(code),
    ]);
  if (kept.length > 0) return problem('Uploads are kept on the disk of the server that took them.', ...kept);
  const stored = imports(codes, objectStores, (name) => `${name} stores files`);
  return stored.length > 0
    ? ok('Uploads go to object storage.', ...stored)
    : unknown('Uploads are taken; where they go can’t be told from here.', ...taken);
}

const temporary = (code: Code, range: { from: number; to: number } | undefined) =>
  range !== undefined &&
  code.tokens
    .slice(range.from, range.to)
    .some(({ kind, text }) =>
      kind === 'string' ? text.startsWith('/tmp') : /^(?:tempfile|gettempdir|tmp|buffer|BytesIO)$/.test(text),
    );

const sessionTypes: Record<string, Place> = {
  filesystem: 'local',
  cachelib: 'local',
  redis: 'shared',
  memcached: 'shared',
  mongodb: 'shared',
  sqlalchemy: 'shared',
  dynamodb: 'shared',
};

function judgeSessions(scan: Scan, codes: readonly Code[]): Finding {
  const extension = imports(codes, ['flask_session'], () => 'Flask-Session');
  if (extension.length === 0)
    return absent(scan, 'Sessions, if there are any, are kept by the visitor, signed.');
  const type = configured(scan, codes, 'SESSION_TYPE');
  if (type === null) return unknown('SESSION_TYPE is not set where it could be seen.', ...extension);
  const place = placeOf(sessionTypes, type.text ?? '');
  const evidence = type.evidence('the type of sessions');
  if (place === 'unknown') return unknown('Where sessions are kept can’t be told from here.', evidence);
  if (place === 'local') return problem('Sessions are kept in files of each server.', evidence);
  const own =
    type.text === 'redis' ? localService(scan.variables, ['SESSION_REDIS', 'REDIS_URL', 'REDIS_HOST']) : null;
  return own === null
    ? ok('All backends share the sessions.', evidence)
    : problem('Each server keeps sessions in a Redis of its own.', own, evidence);
}

function judgeCache(scan: Scan, codes: readonly Code[]): Finding {
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

function judgeState(scan: Scan, codes: readonly Code[]): Finding {
  const url = configured(scan, codes, 'SQLALCHEMY_DATABASE_URI');
  const engine = codes.flatMap((code) =>
    calls(code, 'create_engine').flatMap(({ args: [target] }) =>
      target === undefined ? [] : [resolve(readValue(code, target), code.path, scan.variables)],
    ),
  );
  const sqlite = [...(url === null ? [] : [url]), ...engine]
    .filter(({ text }) => /^sqlite/.test(text ?? ''))
    .map(({ evidence }) => evidence('a database in a file'));
  const modules = imports(
    codes,
    ['sqlite3', 'tinydb', 'shelve', 'aiosqlite', 'dbm'],
    (name) => `${name} keeps data on this server`,
  );
  const own = localService(scan.variables, ['DATABASE_URL', 'DB_HOST']);
  const files = codes.flatMap(pythonWrites);
  const all = [...sqlite, ...modules, ...(own === null ? [] : [own]), ...files];
  return all.length > 0
    ? problem('What is written stays on the server that wrote it.', ...all)
    : absent(scan, 'Nothing that must last is written to the disk.');
}

function judgeSecrets(scan: Scan, codes: readonly Code[], framework: FrameworkName): Finding {
  const given = codes.flatMap((code) =>
    [
      ...find(code, ['.', 'secret_key', '=']).map((at) => at + 3),
      ...find(code, ['config', '[', string('SECRET_KEY'), ']', '=']).map((at) => at + 5),
      ...find(code, [oneOf('secret_key', 'SECRET_KEY', 'JWT_SECRET_KEY', 'JWT_SECRET'), '=']).map(
        (at) => at + 2,
      ),
      ...find(code, [string('SECRET_KEY'), ':']).map((at) => at + 2),
    ]
      .filter((from) => code.tokens[from]?.text !== '=')
      .map((from) => ({ code, value: { from, to: endOfExpression(code, from) } })),
  );
  const judged = given.map((each) => judgeSecret(scan, each, 'The secret', declared(codes, each)));
  const worst =
    judged.find(({ status }) => status === 'problem') ??
    judged.find(({ status }) => status === 'ok') ??
    judged[0];
  if (worst !== undefined) return worst;
  const uses =
    framework === 'flask'
      ? codes.flatMap((code) =>
          find(code, ['session', '[']).map((at) => inFile(code.path, lineAt(code, at), 'uses the session')),
        )
      : [];
  const prefixed = scan.variables('FLASK_SECRET_KEY') ?? scan.variables('SECRET_KEY');
  if (uses.length === 0) return absent(scan, 'Nothing is signed with a secret.');
  return prefixed === null
    ? problem('Sessions are signed with a secret that is not set.', ...uses)
    : ok('All backends are given the same secret.', prefixed.evidence('set'));
}

/** `settings.secret_key` of pydantic's BaseSettings, which reads it from SECRET_KEY. */
function declared(codes: readonly Code[], { code, value }: Assigned): string | null {
  const name = code.tokens[value.to - 1];
  if (name?.kind !== 'word' || code.tokens[value.to - 2]?.text !== '.') return null;
  const fields = codes.filter((each) => find(each, ['BaseSettings']).length > 0);
  return fields.some((each) => find(each, [name.text, ':', oneOf('str', 'SecretStr')]).length > 0)
    ? name.text.toUpperCase()
    : null;
}

function judgeProxies(scan: Scan, codes: readonly Code[], framework: FrameworkName): Finding {
  const fix = codes.flatMap((code) =>
    find(code, [oneOf('ProxyFix', 'ProxyHeadersMiddleware'), '(']).map((at) =>
      inFile(code.path, lineAt(code, at), 'believes the proxy'),
    ),
  );
  const added = codes.flatMap((code) =>
    find(code, ['add_middleware', '(', 'ProxyHeadersMiddleware']).map((at) =>
      inFile(code.path, lineAt(code, at), 'believes the proxy'),
    ),
  );
  if (fix.length + added.length > 0) return ok('The app believes the proxy before it.', ...fix, ...added);
  if (framework === 'flask') {
    const made = codes.flatMap((code) =>
      calls(code, 'Flask').map(({ line }) => inFile(code.path, line, 'no ProxyFix')),
    );
    return problem('Flask takes the proxy before it for the visitor.', ...made);
  }
  const server = `${scan.facts.startCommand ?? ''} ${scan.repository.texts.get('Procfile') ?? ''}`;
  if (/\buvicorn\b/.test(server) && !/--no-proxy-headers/.test(server))
    return ok('Uvicorn believes the proxy on its own machine.');
  return unknown('Whether the server before the app believes the proxy can’t be told from here.');
}

const usesDatabase = (codes: readonly Code[]) =>
  imports(
    codes,
    [
      'sqlalchemy',
      'flask_sqlalchemy',
      'psycopg2',
      'psycopg',
      'asyncpg',
      'pymysql',
      'MySQLdb',
      'sqlmodel',
      'tortoise',
      'peewee',
      'databases',
    ],
    () => '',
  ).length > 0;

/** SQLAlchemy: 5 kept and 10 more when busy, for each worker. */
const pooled = (codes: readonly Code[]) =>
  imports(codes, ['sqlalchemy', 'flask_sqlalchemy', 'sqlmodel'], () => '').length > 0 ? 15 : 1;
