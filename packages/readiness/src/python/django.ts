import { type Evidence, type Finding, inEnvironment, inFile, ok, problem, unknown } from '../finding.ts';
import { absent, type Findings, type Scan } from '../scan.ts';
import { type Code, lineAt } from '../source/code.ts';
import { find, oneOf, string } from '../source/find.ts';
import { entriesOf } from '../value/entries.ts';
import { readValue } from '../value/read-value.ts';
import { resolve, type Setting } from '../value/resolve.ts';
import { assigned, settingOf } from './assignments.ts';
import { judgePythonBudget } from './budget.ts';
import { djangoCache, judgeDjangoCache } from './django-cache.ts';
import { djangoSettings } from './django-settings.ts';
import { judgeDjangoState } from './django-state.ts';
import { judgePythonJobs } from './jobs.ts';
import { believingServer } from './proxies.ts';
import { judgeSecret } from './secret.ts';

/** Django: its settings say nearly all. */
export function judgeDjango(scan: Scan): Findings {
  const settings = djangoSettings(scan);
  const codes = scan.repository.codes(/\.py$/);
  return {
    uploads: judgeUploads(scan, settings, codes),
    sessions: judgeSessions(scan, settings),
    cache: judgeDjangoCache(scan, settings, codes),
    jobs: judgePythonJobs(scan, codes),
    'local-state': judgeDjangoState(scan, settings, codes),
    secrets: judgeSecretKey(scan, settings),
    'trusted-proxies': judgeProxies(scan, settings, codes),
    'database-connections': judgePythonBudget(scan, true, codes),
  };
}

/** `STORAGES["default"]["BACKEND"]`, or `DEFAULT_FILE_STORAGE` before Django 4.2. */
function storage(scan: Scan, settings: readonly Code[]): Setting | null {
  const storages = assigned(settings, 'STORAGES');
  const entry = storages === null ? undefined : entriesOf(storages.code, storages.value)?.get('default');
  const backend =
    storages === null || entry === undefined
      ? undefined
      : entriesOf(storages.code, entry.value)?.get('BACKEND');
  if (storages !== null && backend !== undefined)
    return resolve(readValue(storages.code, backend.value), storages.code.path, scan.variables);
  const old = assigned(settings, 'DEFAULT_FILE_STORAGE');
  return old === null ? null : settingOf(scan, old);
}

function judgeUploads(scan: Scan, settings: readonly Code[], codes: readonly Code[]): Finding {
  const fields = codes.flatMap((code) =>
    find(code, ['models', '.', oneOf('FileField', 'ImageField'), '(']).map((at) =>
      inFile(code.path, lineAt(code, at), 'keeps files'),
    ),
  );
  const taken = codes.flatMap((code) =>
    find(code, ['request', '.', 'FILES']).map((at) => inFile(code.path, lineAt(code, at), 'takes an upload')),
  );
  const saved = codes.flatMap((code) =>
    find(code, [oneOf('default_storage', 'FileSystemStorage')]).map((at) =>
      inFile(code.path, lineAt(code, at), 'stores a file'),
    ),
  );
  const uses = [...fields, ...taken, ...saved];
  const byHand = codes.flatMap((code) =>
    find(code, ['FileSystemStorage', '(']).map((at) =>
      inFile(code.path, lineAt(code, at), 'a storage on the disk'),
    ),
  );
  if (uses.length === 0) return absent(scan, 'Nothing takes uploads.');
  if (byHand.length > 0)
    return problem('Files are kept on the disk of the server that took them.', ...byHand);
  const setting = storage(scan, settings);
  if (setting === null)
    return problem('Files are kept below MEDIA_ROOT of the server that took them.', ...uses);
  if (setting.text === null)
    return unknown('The storage of files can’t be told from here.', setting.evidence('the storage'), ...uses);
  return /FileSystemStorage|InMemoryStorage/.test(setting.text)
    ? problem(
        'Files are kept below MEDIA_ROOT of the server that took them.',
        setting.evidence('the storage'),
        ...uses,
      )
    : ok('Files go to a storage that all backends share.', setting.evidence('the storage'));
}

function judgeSessions(scan: Scan, settings: readonly Code[]): Finding {
  const engine = assigned(settings, 'SESSION_ENGINE');
  const database = judgeDjangoState(scan, settings, []);
  const shared = (evidence: Evidence[]) =>
    database.status === 'problem'
      ? problem('Sessions are kept in a database of each server.', ...database.evidence)
      : ok('Sessions are kept in the database.', ...evidence);
  if (engine === null) {
    const uses = settings.some((code) => find(code, [string('django.contrib.sessions')]).length > 0);
    return uses || settings.length === 0 ? shared([]) : absent(scan, 'The app has no sessions.');
  }
  const setting = settingOf(scan, engine);
  const evidence = setting.evidence('where sessions are kept');
  const name = setting.text?.split('.').at(-1) ?? '';
  if (name === 'file') return problem('Sessions are kept in files of each server.', evidence);
  if (name === 'signed_cookies') return ok('Sessions are kept by the visitor, signed.', evidence);
  if (name === 'db' || name === 'cached_db') return shared([evidence]);
  if (name !== 'cache') return unknown('Where sessions are kept can’t be told from here.', evidence);
  const cache = djangoCache(scan, settings);
  if (cache.place === 'shared')
    return ok('Sessions are kept in a cache that all backends share.', evidence, ...cache.evidence);
  return cache.place === 'unknown'
    ? unknown('Where sessions are kept can’t be told from here.', evidence, ...cache.evidence)
    : problem('Sessions are kept in a cache of each server.', evidence, ...cache.evidence);
}

function judgeSecretKey(scan: Scan, settings: readonly Code[]): Finding {
  const key = assigned(settings, 'SECRET_KEY');
  return key === null
    ? problem(
        'SECRET_KEY is not set.',
        inEnvironment('SECRET_KEY', 'nothing in the settings reads or sets it'),
      )
    : judgeSecret(scan, key, 'SECRET_KEY');
}

/**
 * Each backend's own Nginx passes `X-Forwarded-Proto` on. Django believes it when told to; Gunicorn and Uvicorn believe their own machine and tell Django, but
 * who is there is left to the app.
 */
function judgeProxies(scan: Scan, settings: readonly Code[], codes: readonly Code[]): Finding {
  const asks = codes.flatMap((code) =>
    find(code, [string('HTTP_X_FORWARDED_FOR', 'HTTP_X_REAL_IP', 'X-Forwarded-For', 'X-Real-IP')]).length > 0
      ? []
      : find(code, [string('REMOTE_ADDR')]).map((at) =>
          inFile(code.path, lineAt(code, at), 'takes the proxy for the visitor'),
        ),
  );
  if (asks.length > 0) return problem('The app takes the proxy before it for the visitor.', ...asks);
  const header = assigned(settings, 'SECURE_PROXY_SSL_HEADER');
  if (header !== null && header.code.tokens[header.value.from]?.text !== 'None') {
    return ok(
      'Django believes the proxy before it.',
      inFile(header.code.path, lineAt(header.code, header.value.from), 'SECURE_PROXY_SSL_HEADER'),
    );
  }
  const server = believingServer(scan);
  if (server !== null) return ok(`${server} believes the proxy on its own machine, and tells Django.`);
  const [main] = settings.slice(-1);
  return problem(
    'Django takes HTTPS for HTTP: it is not told which header field to believe.',
    ...(main === undefined ? [] : [inFile(main.path, null, 'no SECURE_PROXY_SSL_HEADER')]),
  );
}
