import { type Evidence, type Finding, inFile, problem, unknown } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { calls } from '../source/find.ts';
import { judgePlace, type Place, placeOf } from '../stores.ts';
import { isLocalHost } from '../variables.ts';

const places: Record<string, Place> = {
  files: 'local',
  redis: 'shared',
  rediscluster: 'shared',
  memcached: 'shared',
  memcache: 'shared',
};

interface Handler {
  name: string;
  evidence: Evidence;
}

/** Sessions of PHP itself: files under `session.save_path`, unless a handler is named. */
export function phpSessions(scan: Scan, codes: readonly Code[]): Finding {
  const starts = codes.flatMap((code) =>
    calls(code, 'session_start').map(({ line }) => inFile(code.path, line, 'starts a session')),
  );
  if (starts.length === 0) return absent(scan, 'Nothing starts a session.');
  const own = codes.flatMap((code) =>
    calls(code, 'session_set_save_handler').map(({ line }) =>
      inFile(code.path, line, 'a handler of its own'),
    ),
  );
  if (own.length > 0)
    return unknown(
      'A handler of the app’s own keeps the sessions; where can’t be told from here.',
      ...own,
      ...starts,
    );
  const handler = handlerIn(scan, codes, 'session.save_handler');
  if (handler === null) return problem('PHP keeps sessions in files on each server.', ...starts);
  const path = handlerIn(scan, codes, 'session.save_path');
  const local = path !== null && isLocalHost(path.name) ? path.evidence : null;
  return judgePlace(placeOf(places, handler.name), 'the session', handler.evidence, local);
}

/** A setting of PHP's, by `ini_set`, `.user.ini` or `.htaccess`. */
function handlerIn(scan: Scan, codes: readonly Code[], setting: string): Handler | null {
  for (const code of codes) {
    for (const { args, line } of calls(code, 'ini_set')) {
      const [name, value] = args.map(({ from }) => code.tokens[from]);
      if (name?.text === setting && value?.kind === 'string') {
        return { name: value.text, evidence: inFile(code.path, line, `sets ${setting}`) };
      }
    }
  }
  for (const [path, text] of scan.repository.texts) {
    if (!/(?:^|\/)(?:\.user\.ini|\.htaccess|php\.ini)$/.test(path)) continue;
    for (const [n, line] of text.split('\n').entries()) {
      const value = settingOn(line.slice(0, 500), setting);
      if (value !== null) return { name: value, evidence: inFile(path, n + 1, `sets ${setting}`) };
    }
  }
  return null;
}

function settingOn(line: string, setting: string): string | null {
  const words = line.trim().replace('=', ' ').split(/\s+/);
  const at = words[0] === 'php_value' ? 1 : 0;
  return words[at] === setting ? (words[at + 1] ?? '').replaceAll(/["']/g, '') : null;
}
