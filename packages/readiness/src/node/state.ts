import { type Evidence, type Finding, inFile, problem } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import type { Code, Range } from '../source/code.ts';
import { type Call, calls, oneOf } from '../source/find.ts';
import { localService } from '../stores.ts';
import { importEvidence, importsOf } from './modules.ts';

const databases = [
  'better-sqlite3',
  'sqlite3',
  'sqlite',
  'node:sqlite',
  'bun:sqlite',
  'lowdb',
  'lowdb/node',
  'nedb',
  '@seald-io/nedb',
  'nedb-promises',
  'level',
  'classic-level',
  'lokijs',
  'json-server',
  'node-persist',
  'conf',
  'configstore',
  'node-localstorage',
  'lmdb',
];
/** Of `fs` and `fs-extra`. */
const writers = [
  'copyFile',
  'copyFileSync',
  'cp',
  'cpSync',
  'rename',
  'renameSync',

  'writeFile',
  'writeFileSync',
  'appendFile',
  'appendFileSync',
  'createWriteStream',
  'outputFile',
  'outputJson',
  'writeJson',
  'writeJsonSync',
  'outputFileSync',
];
const fileModules = ['fs', 'node:fs', 'fs/promises', 'node:fs/promises', 'fs-extra', 'graceful-fs'];

/** Node.js: databases in files, and files that are written. */
export function judgeNodeState(scan: Scan, codes: readonly Code[]): Finding {
  const local = fileDatabases(scan, codes);
  const asked = localService(scan.variables, ['DATABASE_URL', 'DB_HOST', 'MONGODB_URI', 'MONGO_URL']);
  const all = [...local, ...(asked === null ? [] : [asked]), ...codes.flatMap(fileWrites)];
  return all.length > 0
    ? problem('What is written stays on the server that wrote it.', ...all)
    : absent(scan, 'Nothing that must last is written to the disk.');
}

/** Databases that are files of a server: by their drivers, and by name in an ORM's settings. */
export function fileDatabases(scan: Scan, codes: readonly Code[]): Evidence[] {
  return [
    ...importEvidence(codes, databases, (name) => `${name} keeps data on this server`),
    ...sqlite(scan, codes),
  ];
}

/** A dialect or provider named `sqlite` in an ORM's settings. */
function sqlite(scan: Scan, codes: readonly Code[]): Evidence[] {
  const named = codes.flatMap((code) =>
    code.tokens.flatMap((token, at) => {
      const isDialect =
        token.kind === 'string' &&
        /^(?:sqlite3?|better-sqlite3|turso)$/.test(token.text) &&
        /^(?:type|dialect|client|provider)$/.test(code.tokens[at - 2]?.text ?? '');
      return isDialect ? [inFile(code.path, token.line, 'a database in a file')] : [];
    }),
  );
  const prisma = [...scan.repository.texts].flatMap(([path, text]) => {
    if (!path.endsWith('.prisma')) return [];
    const line = text.split('\n').findIndex((each) => /^\s*provider\s*=\s*"sqlite"/.test(each.slice(0, 200)));
    return line === -1 ? [] : [inFile(path, line + 1, 'a database in a file')];
  });
  return [...named, ...prisma];
}

/** Files that are meant to last, where `fs` is imported. */
export function fileWrites(code: Code): Evidence[] {
  const imports = importsOf([code], ...fileModules);
  if (imports.length === 0) return [];
  const renamed = imports.flatMap(({ named }) =>
    [...named].flatMap(([name, local]) => (writers.includes(name) ? [local] : [])),
  );
  return calls(code, [oneOf(...writers, ...renamed)])
    .filter((call) => {
      const target = targetOf(code, call);
      return target !== undefined && !goesAway(code, target);
    })
    .map(({ line }) => inFile(code.path, line, 'writes a file'));
}

/** The path that is written: of a copy, the second one. */
function targetOf(code: Code, { at, args }: Call): Range | undefined {
  return /^(?:copy|cp|rename)/.test(code.tokens[at]?.text ?? '') ? args[1] : args[0];
}

/** `/tmp`, `os.tmpdir()`, `/dev/stdout`, and names that say so. */
function goesAway(code: Code, { from, to }: Range): boolean {
  return code.tokens
    .slice(from, Math.min(to, from + 40))
    .some(({ kind, text }) =>
      kind === 'string'
        ? /^(?:\/tmp\b|\/var\/tmp\b|\/dev\/)/.test(text)
        : /^(?:tmpdir|mkdtemp|mkdtempSync|tmp|temp|tmpPath|tempPath|tempDir|tmpDir)$/.test(text),
    );
}
