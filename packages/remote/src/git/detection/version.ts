import { type Evidence, type Files, lineAt, readManifest } from './guess.ts';

/** A version that a file asks for, and where it does. */
export interface AskedVersion {
  version: string | null;
  evidence: Evidence[];
}

const none: AskedVersion = { version: null, evidence: [] };

/** Of Node.js: `.nvmrc`, `.node-version`, else `engines.node`. */
export async function nodeVersion(files: Files): Promise<AskedVersion> {
  for (const file of ['.nvmrc', '.node-version']) {
    const found = await fromFile(files, file, /^\s*v?(\d[^\s#]*|lts\/\S+)/);
    if (found !== null) return found;
  }
  const manifest = await readManifest(files, 'package.json');
  const engines = manifest?.value.engines;
  const asked = typeof engines === 'object' && engines !== null ? Reflect.get(engines, 'node') : undefined;
  if (manifest === null || typeof asked !== 'string') return none;
  const at = manifest.text.search(/"node"\s*:/);
  return answer('package.json', at === -1 ? null : lineAt(manifest.text, at), asked);
}

/** Of Python: `.python-version`, Heroku’s `runtime.txt`, else `requires-python`. */
export async function pythonVersion(files: Files): Promise<AskedVersion> {
  const found =
    (await fromFile(files, '.python-version', /^\s*(\d[^\s#]*)/m)) ??
    (await fromFile(files, 'runtime.txt', /^\s*python-(\d\S*)/m)) ??
    (await fromFile(files, 'pyproject.toml', /^requires-python\s*=\s*["']([^"'\n]+)["']/m));
  return found ?? none;
}

async function fromFile(files: Files, file: string, pattern: RegExp): Promise<AskedVersion | null> {
  const text = files.paths.has(file) ? await files.read(file) : null;
  const match = text === null ? null : pattern.exec(text);
  if (text === null || match === null) return null;
  return answer(file, lineAt(text, match.index + match[0].search(/\S/)), match[1] ?? '');
}

function answer(file: string, line: number | null, asked: string): AskedVersion {
  const version = simplest(asked);
  const says = `asks for ${asked.slice(0, 60)}${version === null ? ', which is not a number: give one yourself' : ''}`;
  return { version, evidence: [{ field: 'runtimeVersion', file, line, says }] };
}

/** `^22.1` and `22.x` by their first number, `~3.11` and `3.11.*` by their first two, `>=18 <23` at least the first; null for what has no such form. */
function simplest(asked: string): string | null {
  const [, sign = '', first, rest = ''] =
    /^\s*(>=|\^|~=?|==|=)?\s*v?(\d{1,2})((?:\.(?:\d{1,3}|[x*]))*)(?=$|[\s,<])/.exec(asked) ?? [];
  if (first === undefined || asked.includes('||')) return null;
  const numbers = [first, ...rest.split('.').filter((part) => /^\d+$/.test(part))].slice(0, 3);
  if (sign === '>=') return `>=${numbers.join('.')}`;
  if (sign === '^') return first;
  return numbers.slice(0, sign.startsWith('~') ? 2 : 3).join('.');
}
