import { type Finding, ok, problem, unknown } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { localService, type Place, placeOf } from '../stores.ts';
import { configured } from './configured.ts';
import { imports } from './modules.ts';

const sessionTypes: Record<string, Place> = {
  filesystem: 'local',
  cachelib: 'local',
  redis: 'shared',
  memcached: 'shared',
  mongodb: 'shared',
  sqlalchemy: 'shared',
  dynamodb: 'shared',
};

/** Flask-Session; without it Flask signs a cookie. */
export function judgePythonSessions(scan: Scan, codes: readonly Code[]): Finding {
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
