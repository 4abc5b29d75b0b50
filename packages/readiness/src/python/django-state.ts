import { type Evidence, type Finding, inFile, problem, unknown } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import { type Code, lineAt } from '../source/code.ts';
import { find, oneOf } from '../source/find.ts';
import { localService } from '../stores.ts';
import { entriesOf } from '../value/entries.ts';
import { readValue } from '../value/read-value.ts';
import { resolve } from '../value/resolve.ts';
import { assigned } from './assignments.ts';
import { pythonWrites } from './writes.ts';

const notServed = /(?:^|\/)(?:migrations|management|scripts|tools)\//;

/** Django: the database, where it is a file of each server, and files that the app's own code writes. */
export function judgeDjangoState(scan: Scan, settings: readonly Code[], codes: readonly Code[]): Finding {
  const database = databaseOf(scan, settings);
  if (database !== null) return problem('Each server has a database of its own.', database);
  const written = codes.filter(({ path }) => !notServed.test(path)).flatMap(pythonWrites);
  if (written.length > 0) return problem('What is written stays on the server that wrote it.', ...written);
  return settings.length === 0
    ? unknown('The settings of Django were not found.')
    : absent(scan, 'Nothing that must last is written to the disk.');
}

function databaseOf(scan: Scan, settings: readonly Code[]): Evidence | null {
  const databases = assigned(settings, 'DATABASES');
  if (databases === null) return null;
  const { code, value } = databases;
  const standard = entriesOf(code, value)?.get('default');
  const fields = standard === undefined ? null : entriesOf(code, standard.value);
  const engine = fields?.get('ENGINE');
  if (fields !== null && engine !== undefined) {
    const setting = resolve(readValue(code, engine.value), code.path, scan.variables);
    if (/sqlite3?$/.test(setting.text ?? '')) return setting.evidence('a database in a file');
    const host = fields.get('HOST');
    if (host === undefined) return null;
    const where = resolve(readValue(code, host.value), code.path, scan.variables);
    return where.text !== null && /^(?:localhost|127\.|::1)/.test(where.text)
      ? where.evidence('leads to the machine that asks')
      : null;
  }
  return byUrl(scan, code, value);
}

/** `dj_database_url.config(default='sqlite:///…')`, `env.db('DATABASE_URL', default=…)` */
function byUrl(scan: Scan, code: Code, range: { from: number; to: number }): Evidence | null {
  const url = scan.variables('DATABASE_URL');
  if (url !== null && url.value !== '')
    return /^sqlite/.test(url.value)
      ? url.evidence('a database in a file')
      : localService(scan.variables, ['DATABASE_URL']);
  const [at] = find(
    code,
    [oneOf('default'), '=', (token) => token.kind === 'string' && /^sqlite/.test(token.text)],
    range,
  );
  return at === undefined ? null : inFile(code.path, lineAt(code, at), 'a database in a file');
}
