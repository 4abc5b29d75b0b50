import { judgeBudget, type Pool } from '../budget.ts';
import { type Evidence, type Finding, inFile } from '../finding.ts';
import type { Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { find, oneOf } from '../source/find.ts';

/** Python: a connection for each worker and thread, or a pool for each worker. `perWorker` 1: no pool. */
export function judgePythonBudget(scan: Scan, uses: boolean, codes: readonly Code[], perWorker = 1): Finding {
  const workers = workersOf(scan, codes);
  if (workers === null) return judgeBudget(scan, uses, null);
  const connections = workers.count * workers.threads * perWorker;
  const text =
    perWorker === 1
      ? `${workers.count * workers.threads} workers and threads`
      : `${workers.count} workers with a pool of ${perWorker}`;
  const pool: Pool = {
    connections: perWorker === 1 ? connections : workers.count * perWorker,
    text,
    evidence: [workers.evidence],
  };
  return judgeBudget(scan, uses, pool);
}

interface Workers {
  count: number;
  threads: number;
  evidence: Evidence;
}

/** What the start command, the Procfile or gunicorn.conf.py say. */
function workersOf(scan: Scan, codes: readonly Code[]): Workers | null {
  const concurrency = scan.variables('WEB_CONCURRENCY');
  const command = scan.facts.startCommand ?? '';
  const procfile = (scan.repository.texts.get('Procfile') ?? '')
    .split('\n')
    .findIndex((line) => line.startsWith('web:'));
  const texts: [string, Evidence][] = [
    [command, { path: null, line: null, variable: null, text: 'the start command' }],
  ];
  if (procfile !== -1 && command === '')
    texts.push([
      (scan.repository.texts.get('Procfile') ?? '').split('\n')[procfile] ?? '',
      inFile('Procfile', procfile + 1, 'how many workers'),
    ]);
  for (const [text, evidence] of texts) {
    const count = numberAfter(text, ['-w', '--workers']);
    if (count !== null) return { count, threads: numberAfter(text, ['--threads']) ?? 1, evidence };
  }
  if (concurrency !== null && /^\d{1,3}$/.test(concurrency.value))
    return {
      count: Number(concurrency.value),
      threads: 1,
      evidence: concurrency.evidence('how many workers'),
    };
  return configured(codes);
}

function configured(codes: readonly Code[]): Workers | null {
  const code = codes.find(({ path }) => /(?:^|\/)gunicorn(?:\.conf|_conf|_config)?\.py$/.test(path));
  if (code === undefined) return null;
  const numberOf = (name: string) => {
    const [at] = find(code, [oneOf(name), '=']);
    const text = at === undefined ? '' : (code.tokens[at + 2]?.text ?? '');
    return at !== undefined && /^\d{1,3}$/.test(text)
      ? { count: Number(text), line: code.tokens[at]?.line ?? 1 }
      : null;
  };
  const workers = numberOf('workers');
  return workers === null
    ? null
    : {
        count: workers.count,
        threads: numberOf('threads')?.count ?? 1,
        evidence: inFile(code.path, workers.line, 'how many workers'),
      };
}

function numberAfter(command: string, names: readonly string[]): number | null {
  const words = command.slice(0, 4_000).split(/[\s=]+/);
  const at = words.findIndex((word) => names.includes(word));
  const next = at === -1 ? '' : (words[at + 1] ?? '');
  return /^\d{1,3}$/.test(next) ? Number(next) : null;
}
