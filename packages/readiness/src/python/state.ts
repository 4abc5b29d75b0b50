import { type Finding, problem } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { calls } from '../source/find.ts';
import { localService } from '../stores.ts';
import { readValue } from '../value/read-value.ts';
import { resolve } from '../value/resolve.ts';
import { configured } from './configured.ts';
import { imports } from './modules.ts';
import { pythonWrites } from './writes.ts';

/** Databases in files, and files that are written. */
export function judgePythonState(scan: Scan, codes: readonly Code[]): Finding {
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
