import { type Finding, inEnvironment, ok, problem } from '../finding.ts';
import type { Scan } from '../scan.ts';
import { configured } from './laravel-config.ts';

/** Laravel: APP_KEY, which encrypts cookies and what the app encrypts. */
export function judgeLaravelKey(scan: Scan): Finding {
  const setting = configured(scan, 'app', 'key', 'APP_KEY', '');
  if (setting.from === 'environment')
    return ok('All backends are given the same key.', setting.evidence('set'));
  if (setting.from === 'code' && setting.text !== '') {
    return ok(
      'All backends have the key that is written in the repository.',
      setting.evidence('a key in the repository'),
    );
  }
  if (setting.from === 'random')
    return problem('Each server makes a key of its own.', setting.evidence('made anew'));
  const command = `${scan.facts.buildCommand ?? ''} ${scan.facts.startCommand ?? ''}`;
  const missing = inEnvironment('APP_KEY', 'not set');
  return /key:generate/.test(command)
    ? problem('The build makes a key on each server: cookies of one can’t be read by the others.', missing)
    : problem('APP_KEY is not set, so nothing can be encrypted.', missing);
}
