import { inFile } from '../finding.ts';
import { at, readJson } from '../repository.ts';
import type { Scan } from '../scan.ts';
import { type Code, inside } from '../source/code.ts';
import { find } from '../source/find.ts';
import { type Entry, entriesIn, entriesOf } from '../value/entries.ts';
import { readValue } from '../value/read-value.ts';
import { resolve, type Setting } from '../value/resolve.ts';
import { literal } from '../value/value.ts';

/** The array that a file under `config/` returns. */
export function returned(code: Code | null): Map<string, Entry> | null {
  if (code === null) return null;
  const [start] = find(code, ['return', '[']);
  const range = start === undefined ? null : inside(code, start + 1);
  return range === null ? null : entriesIn(code, range);
}

/** What a key of `config/<file>.php` comes to; where the file or the key is missing, what the framework itself has: the variable, else `otherwise`. */
export function configured(
  scan: Scan,
  file: string,
  key: string,
  variable: string,
  otherwise: string,
): Setting {
  const path = `config/${file}.php`;
  const code = scan.repository.code(path);
  const entry = returned(code)?.get(key);
  if (code !== null && entry !== undefined)
    return resolve(readValue(code, entry.value), path, scan.variables);
  const inner = { kind: 'variable', name: variable, fallback: literal(otherwise, 1), line: 1 } as const;
  const setting = resolve(inner, 'composer.json', scan.variables);
  return setting.from === 'environment'
    ? setting
    : {
        ...setting,
        evidence: (seen) => ({
          ...inFile('composer.json', null, `${seen}, the default of this version`),
          variable,
        }),
      };
}

/** An inner array of a configuration, as `disks` → `public`. */
export function innerEntries(scan: Scan, file: string, ...keys: string[]): Map<string, Entry> | null {
  const code = scan.repository.code(`config/${file}.php`);
  if (code === null) return null;
  return keys.reduce<Map<string, Entry> | null>((entries, key) => {
    const entry = entries?.get(key);
    return entry === undefined ? null : entriesOf(code, entry.value);
  }, returned(code));
}

/** The major version that composer.json asks for; the newest where it says none. */
export function laravelVersion(scan: Scan): number {
  const asked = at(readJson(scan.repository, 'composer.json'), 'require', 'laravel/framework');
  const majors = typeof asked === 'string' ? (asked.slice(0, 100).match(/\d+(?=\.|\s|\||$)/g) ?? []) : [];
  return Number(majors[0] ?? 12);
}
