import { judgeBudget } from '../budget.ts';
import { type Finding, inFile, ok, problem, unknown } from '../finding.ts';
import { absent, type Findings, type Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { calls, find, string } from '../source/find.ts';
import { readValue } from '../value/read-value.ts';
import { resolve, type Setting } from '../value/resolve.ts';
import { judgePhpWrites } from './plain.ts';
import { phpSessions } from './sessions.ts';
import { judgeWordPressCache } from './wordpress-cache.ts';
import { hasPlugin } from './wordpress-plugins.ts';
import { phpPool, phpProxies } from './workers.ts';

/** WordPress: core keeps nearly all in its database; what is left are media, plugins, and code that goes its own way. */
export function judgeWordPress(scan: Scan): Findings {
  const codes = scan.repository.codes(/\.(?:php|inc)$/);
  return {
    uploads: judgeUploads(scan, codes),
    sessions: phpSessions(scan, codes),
    cache: judgeWordPressCache(scan, codes),
    jobs: ok('WP-Cron keeps its schedule in the database and takes a lock there.'),
    'local-state': judgeState(scan, codes),
    secrets: judgeSalts(scan, codes),
    'trusted-proxies': phpProxies,
    'database-connections': judgeBudget(scan, true, phpPool),
  };
}

const offloading = [
  'amazon-s3-and-cloudfront',
  'amazon-s3-and-cloudfront-pro',
  'ilab-media-tools',
  's3-uploads',
  'wp-stateless',
  'advanced-media-offloader',
  'next3-offload',
];
const settingNames =
  /^(?:AS3CF_SETTINGS|S3_UPLOADS_BUCKET|ILAB_[A-Z_]*BUCKET|WP_STATELESS_MEDIA_BUCKET|MCLOUD_[A-Z_]*BUCKET|ADVMO_[A-Z_]+)$/;

function judgeUploads(scan: Scan, codes: readonly Code[]): Finding {
  const plugin = hasPlugin(scan, offloading);
  if (plugin === null)
    return problem(
      'Media go to wp-content/uploads of the server that took them.',
      inFile('wp-content/uploads', null, 'no plugin moves them elsewhere'),
    );
  for (const code of codes) {
    for (const [name, setting] of constants(scan, code)) {
      if (settingNames.test(name) && setting.from !== 'unset')
        return ok('Media go to object storage.', plugin, setting.evidence(`sets ${name}`));
    }
  }
  return unknown(
    'A plugin can move media to object storage; whether it is switched on is kept in the database.',
    plugin,
  );
}

function judgeState(scan: Scan, codes: readonly Code[]): Finding {
  const written = judgePhpWrites(
    scan,
    codes.filter(({ path }) => !/(?:^|\/)plugins\//.test(path)),
  );
  if (written.status === 'problem') return written;
  for (const code of codes) {
    const mods = constants(scan, code).get('DISALLOW_FILE_MODS');
    if (mods === undefined) continue;
    if (mods.text === 'true')
      return ok('Plugins and themes come with the release alone.', mods.evidence('DISALLOW_FILE_MODS'));
  }
  const config = codes.find(({ path }) =>
    /(?:^|\/)wp-config\.php$|(?:^|\/)config\/application\.php$/.test(path),
  );
  return problem(
    'Plugins and themes that are installed in the dashboard land on one server.',
    inFile(config?.path ?? 'wp-config.php', null, 'no DISALLOW_FILE_MODS'),
  );
}

const salts = ['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY'];

function judgeSalts(scan: Scan, codes: readonly Code[]): Finding {
  const config = codes.filter(({ path }) =>
    /(?:^|\/)wp-config\.php$|(?:^|\/)config\/application\.php$/.test(path),
  );
  const found = config.flatMap((code) => [...constants(scan, code)].filter(([name]) => salts.includes(name)));
  const random = found.filter(([, setting]) => setting.from === 'random');
  if (random.length > 0)
    return problem(
      'Each request makes keys of its own: nobody stays signed in.',
      ...random.map(([, setting]) => setting.evidence('made anew')),
    );
  if (config.length === 0)
    return unknown('wp-config.php is not in the repository, so its keys can’t be seen.');
  const set = found.filter(([, { from }]) => from === 'code' || from === 'environment');
  if (set.length > 0)
    return ok(
      'All backends have the same keys.',
      ...set.slice(0, 1).map(([name, setting]) => setting.evidence(`sets ${name}`)),
    );
  const unset = found.map(([name, setting]) => setting.evidence(`${name} is not set`)).slice(0, 1);
  return {
    ...absent(scan, 'WordPress makes its keys itself and keeps them in the database, for all backends.'),
    evidence: unset,
  };
}

/** `define('X', …)` and `Config::define('X', …)` of a file, by name. */
export function constants(scan: Scan, code: Code): Map<string, Setting> {
  return new Map(
    calls(code, 'define').flatMap(({ args: [name, value] }): [string, Setting][] => {
      const [at] = name === undefined ? [] : find(code, [string()], name);
      if (at === undefined || value === undefined) return [];
      return [[code.tokens[at]?.text ?? '', resolve(readValue(code, value), code.path, scan.variables)]];
    }),
  );
}
