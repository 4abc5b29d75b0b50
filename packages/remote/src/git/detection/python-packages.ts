import { type Files, lineAt } from './guess.ts';

/** What a tree asks pip for. */
export interface Packages {
  /** The file that names them; null: there is none that pip reads. */
  file: string | null;
  install: string | null;
  /** Names as PEP 503 writes them, each with the line that names it. */
  lines: ReadonlyMap<string, number>;
  /** `fastapi[standard]` brings uvicorn. */
  hasFastapiStandard: boolean;
  /** Lock files that only other tools read. */
  unread: string[];
}

const lists = ['requirements.txt', 'requirements/production.txt', 'requirements/prod.txt'];
const foreignLocks = ['uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile'];

/** Reads requirements.txt, else the pyproject.toml of something that can be installed. */
export async function readPackages(files: Files): Promise<Packages> {
  const list = lists.find((path) => files.paths.has(path));
  const unread = foreignLocks.filter((path) => files.paths.has(path));
  if (list !== undefined) {
    const text = (await files.read(list)) ?? '';
    const install = `pip install -r ${list}`;
    return { file: list, install, unread: [], ...named(text, /^[ \t]*([A-Za-z0-9][\w.-]*)/gm) };
  }
  const text = files.paths.has('pyproject.toml') ? await files.read('pyproject.toml') : null;
  if (text !== null && /^\[(?:project|tool\.poetry)\]/m.test(text)) {
    const install = 'pip install .';
    return { file: 'pyproject.toml', install, unread, ...named(text, inToml) };
  }
  return { file: null, install: null, lines: new Map(), hasFastapiStandard: false, unread };
}

/** `"flask>=3"` in a list of PEP 621, `flask = "^3"` in a table of Poetry. */
const inToml =
  /^[ \t]*([A-Za-z0-9][\w.-]*)[ \t]*=|["']([A-Za-z0-9][\w.-]*)(?:\[[^\]"'\n]*\])?[ \t]*(?:[<>=!~;@ ][^"'\n]*)?["']/gm;

function named(text: string, pattern: RegExp): Pick<Packages, 'lines' | 'hasFastapiStandard'> {
  const lines = new Map<string, number>();
  for (const match of text.matchAll(pattern)) {
    const name = (match[1] ?? match[2] ?? '').toLowerCase().replace(/[-_.]+/g, '-');
    if (!lines.has(name)) lines.set(name, lineAt(text, match.index));
  }
  return { lines, hasFastapiStandard: /\bfastapi\[[^\]]*\b(?:standard|all)\b/i.test(text) };
}
