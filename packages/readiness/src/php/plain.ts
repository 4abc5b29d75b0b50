import { judgeBudget } from '../budget.ts';
import { type Finding, inFile, ok, problem } from '../finding.ts';
import { absent, type Findings, type Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { anyWord, calls, find, oneOf, string } from '../source/find.ts';
import { readValue } from '../value/read-value.ts';
import { phpSessions } from './sessions.ts';
import { phpPool, phpProxies } from './workers.ts';
import { phpReceives, phpUploads, phpWrites } from './writes.ts';

/** PHP without a framework. */
export function judgePhp(scan: Scan): Findings {
  const codes = scan.repository.codes(/\.(?:php|phtml|inc)$/);
  return {
    uploads: judgePhpUploads(scan, codes),
    sessions: phpSessions(scan, codes),
    cache: judgePhpCache(scan, codes),
    jobs: judgeJobs(scan, codes),
    'local-state': judgePhpWrites(scan, codes),
    secrets: judgeSecrets(scan, codes),
    'trusted-proxies': phpProxies,
    'database-connections': judgeBudget(scan, usesDatabase(scan, codes), phpPool),
  };
}

export function judgePhpUploads(scan: Scan, codes: readonly Code[]): Finding {
  const kept = codes.flatMap(phpUploads);
  if (kept.length > 0) return problem('Uploads are kept on the disk of the server that took them.', ...kept);
  const taken = codes.flatMap(phpReceives);
  return taken.length > 0
    ? { ...ok('Uploads are taken, and nothing keeps them on the disk.'), evidence: taken.slice(0, 3) }
    : absent(scan, 'Nothing takes uploads.');
}

export function judgePhpCache(scan: Scan, codes: readonly Code[]): Finding {
  const local = codes.flatMap((code) => [
    ...['apcu_store', 'apcu_add', 'apc_store'].flatMap((name) =>
      calls(code, name).map(({ line }) => inFile(code.path, line, 'caches in this server’s memory')),
    ),
    ...find(code, [oneOf('FilesystemAdapter', 'PhpFilesAdapter', 'ApcuAdapter', 'FilesystemCache'), '(']).map(
      (at) => inFile(code.path, code.tokens[at]?.line ?? 1, 'caches on this server'),
    ),
  ]);
  return local.length > 0
    ? problem('Each server has a cache of its own.', ...local)
    : absent(scan, 'Nothing is cached on one server alone.');
}

function judgeJobs(scan: Scan, codes: readonly Code[]): Finding {
  const started = codes.flatMap((code) =>
    calls(code, 'pcntl_fork').map(({ line }) => inFile(code.path, line, 'works on in the background')),
  );
  return started.length > 0
    ? problem('Work in the background is known to one server alone.', ...started)
    : absent(scan, 'Nothing works in the background.');
}

export function judgePhpWrites(scan: Scan, codes: readonly Code[]): Finding {
  const files = codes.flatMap(phpWrites);
  const database = codes.flatMap((code) => [
    ...find(code, ['new', 'SQLite3', '(']).map((at) =>
      inFile(code.path, code.tokens[at]?.line ?? 1, 'a database in a file'),
    ),
    ...find(code, [(token) => token.kind === 'string' && /^sqlite:(?!:memory:)/.test(token.text)]).map((at) =>
      inFile(code.path, code.tokens[at]?.line ?? 1, 'a database in a file'),
    ),
  ]);
  const all = [...database, ...files];
  return all.length > 0
    ? problem('What is written stays on the server that wrote it.', ...all)
    : absent(scan, 'Nothing that must last is written to the disk.');
}

/** A key made when the program runs is another one in each process. */
function judgeSecrets(scan: Scan, codes: readonly Code[]): Finding {
  const random = codes.flatMap((code) =>
    find(code, ['define', '(', string(), ',']).flatMap((at) => {
      const value = readValue(code, { from: at + 4, to: at + 10 });
      const name = code.tokens[at + 2]?.text ?? '';
      return value.kind === 'random' && /key|secret|salt/i.test(name)
        ? [inFile(code.path, value.line, 'made anew by each process')]
        : [];
    }),
  );
  return random.length > 0
    ? problem('What one server signs or encrypts, the others can’t read.', ...random)
    : absent(scan, 'No key is made on a server.');
}

function usesDatabase(scan: Scan, codes: readonly Code[]): boolean {
  return (
    scan.facts.database !== null ||
    codes.some(
      (code) =>
        find(code, [oneOf('PDO', 'mysqli', 'mysqli_connect', 'pg_connect'), '(']).length > 0 ||
        find(code, ['extends', 'PDO', anyWord]).length > 0,
    )
  );
}
