import { judgeBudget } from '../budget.ts';
import type { Finding } from '../finding.ts';
import type { Findings, Scan } from '../scan.ts';
import { judgePlace, localService, type Place, placeOf } from '../stores.ts';
import { configured, laravelVersion } from './laravel-config.ts';
import { judgeLaravelJobs } from './laravel-jobs.ts';
import { judgeLaravelKey } from './laravel-key.ts';
import { judgeLaravelState, laravelDatabase } from './laravel-state.ts';
import { judgeLaravelUploads } from './laravel-uploads.ts';
import { phpPool, phpProxies } from './workers.ts';

const places: Record<string, Place> = {
  file: 'local',
  apc: 'local',
  octane: 'local',
  storage: 'local',
  array: 'none',
  null: 'none',
  cookie: 'shared',
  database: 'shared',
  redis: 'shared',
  memcached: 'shared',
  dynamodb: 'shared',
  mongodb: 'shared',
};

/** Laravel: what `config/` and the environment say, else what the version that composer.json asks for does by itself. */
export function judgeLaravel(scan: Scan): Findings {
  const isNew = laravelVersion(scan) >= 11;
  const app = scan.repository.codes(/^(?:app|routes|bootstrap|packages|src|modules)\/.*\.php$/i);
  return {
    uploads: judgeLaravelUploads(scan, app),
    sessions: judgeStore(
      scan,
      'the session',
      ['session', 'driver', 'SESSION_DRIVER'],
      isNew ? 'database' : 'file',
    ),
    cache: judgeStore(
      scan,
      'the cache',
      ['cache', 'default', isNew ? 'CACHE_STORE' : 'CACHE_DRIVER'],
      isNew ? 'database' : 'file',
    ),
    jobs: judgeLaravelJobs(scan, app, isNew),
    'local-state': judgeLaravelState(scan, app),
    secrets: judgeLaravelKey(scan),
    'trusted-proxies': phpProxies,
    'database-connections': judgeBudget(scan, true, phpPool),
  };
}

function judgeStore(
  scan: Scan,
  what: string,
  [file, key, variable]: [file: string, key: string, variable: string],
  otherwise: string,
): Finding {
  const setting = configured(scan, file, key, variable, otherwise);
  const driver = setting.text ?? '';
  // A session in an array is gone with its request: nobody stays signed in, on one server or on several.
  const place = driver === 'array' && file === 'session' ? 'local' : placeOf(places, driver);
  return judgePlace(place, what, setting.evidence(wordsOf(place)), sharedBy(scan, driver));
}

/** What a driver that is shared by name shares with nobody: Redis on localhost, a database in a file. */
export function sharedBy(scan: Scan, driver: string) {
  if (driver === 'redis') return localService(scan.variables, ['REDIS_URL', 'REDIS_HOST']);
  if (driver === 'memcached') return localService(scan.variables, ['MEMCACHED_HOST']);
  return driver === 'database' ? laravelDatabase(scan) : null;
}

/** What is seen where a driver is named. */
export function wordsOf(place: Place): string {
  switch (place) {
    case 'local':
      return 'kept on each server';
    case 'shared':
      return 'shared by all backends';
    case 'none':
      return 'nothing is kept';
    case 'unknown':
      return 'a driver that is not known here';
  }
}
