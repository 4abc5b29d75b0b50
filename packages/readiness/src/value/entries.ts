import { type Code, inside, isMark, type Range, split } from '../source/code.ts';

/** One `key => value` (PHP), `"key": value` (Python, JavaScript) or `key=value` (Python's arguments). */
export interface Entry {
  key: string;
  value: Range;
  line: number;
}

/** The entries of what stands between two brackets, by their keys; what has no plain key is left out. */
export function entriesIn(code: Code, range: Range): Map<string, Entry> {
  const found = new Map<string, Entry>();
  for (const part of split(code, range)) {
    const key = code.tokens[part.from];
    if (key === undefined || key.kind === 'mark') continue;
    const after = separatorLength(code, part.from + 1);
    const value = { from: part.from + 1 + after, to: part.to };
    // `{ store }` is `{ store: store }`.
    if (after === 0 && (key.kind !== 'word' || part.to - part.from !== 1)) continue;
    found.set(key.text, { key: key.text, value: after === 0 ? part : value, line: key.line });
  }
  return found;
}

function separatorLength(code: Code, at: number): number {
  if (isMark(code, at, ':')) return 1;
  if (!isMark(code, at, '=')) return 0;
  return isMark(code, at + 1, '>') ? 2 : 1;
}

/** The entries of a value that is written out as an array, dictionary or object; null for any other value. */
export function entriesOf(code: Code, value: Range): Map<string, Entry> | null {
  const first = code.tokens[value.from]?.text;
  const open = first === 'array' || first === 'dict' ? value.from + 1 : value.from;
  const range = ['[', '{', '('].some((mark) => isMark(code, open, mark)) ? inside(code, open) : null;
  return range === null || range.to + 1 !== value.to ? null : entriesIn(code, range);
}
