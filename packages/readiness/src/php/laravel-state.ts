import { type Evidence, type Finding, inFile, problem } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { find, oneOf } from '../source/find.ts';
import { localService } from '../stores.ts';
import { configured, laravelVersion } from './laravel-config.ts';
import { movedByHand } from './laravel-uploads.ts';
import { phpWrites } from './writes.ts';

/** The database, where each server has one of its own: in a file, or on localhost; else null. */
export function laravelDatabase(scan: Scan): Evidence | null {
  const otherwise = laravelVersion(scan) >= 11 ? 'sqlite' : 'mysql';
  const connection = configured(scan, 'database', 'default', 'DB_CONNECTION', otherwise);
  if (connection.text === 'sqlite') return connection.evidence('a database in a file');
  return localService(scan.variables, ['DB_URL', 'DATABASE_URL', 'DB_HOST']);
}

/** Laravel: files that the app's own code writes past Storage, and the database. */
export function judgeLaravelState(scan: Scan, app: readonly Code[]): Finding {
  const database = laravelDatabase(scan);
  const written = app.flatMap((code) => [
    ...phpWrites(code),
    ...find(code, ['File', ':', ':', oneOf('put', 'append', 'prepend', 'replace'), '(']).map((at) =>
      inFile(code.path, code.tokens[at]?.line ?? 1, 'writes a file'),
    ),
    ...movedByHand(code),
  ]);
  const all = [...(database === null ? [] : [database]), ...written];
  if (all.length === 0) return absent(scan, 'Nothing that must last is written to the disk.');
  return problem(
    database === null
      ? 'What is written stays on the server that wrote it.'
      : 'Each server has a database of its own.',
    ...all,
  );
}
