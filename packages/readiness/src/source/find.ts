import { type Code, inside, lineAt, type Range, split, stringKey, wholeOf, wordKey } from './code.ts';
import type { Token } from './token.ts';

type Test = (token: Token) => boolean;
/** What a token is asked for; `keys` are all that it can be, where they are few. */
interface Choice {
  test: Test;
  keys: readonly string[];
}
type Part = string | Test | Choice;

/** In a pattern: any string, or one of these. */
export function string(...texts: string[]): Test | Choice {
  if (texts.length === 0) return (token) => token.kind === 'string';
  const known = new Set(texts);
  return { test: (token) => token.kind === 'string' && known.has(token.text), keys: texts.map(stringKey) };
}
/** In a pattern: a word out of several. */
export function oneOf(...words: string[]): Choice {
  const known = new Set(words);
  return { test: (token) => token.kind === 'word' && known.has(token.text), keys: words.map(wordKey) };
}
export const anyWord: Test = (token) => token.kind === 'word';

/** Splits `Storage::disk(` into what {@link find} matches token by token. */
const partsOf = (text: string): string[] => text.match(/[A-Za-z0-9_$]+|[^\sA-Za-z0-9_$]/g) ?? [];

export function matches(code: Code, at: number, pattern: readonly Part[]): boolean {
  for (let n = 0; n < pattern.length; n += 1) {
    const token = code.tokens[at + n];
    const part = pattern[n];
    if (token === undefined || part === undefined) return false;
    if (typeof part === 'string' ? token.kind === 'string' || token.text !== part : !testOf(part)(token))
      return false;
  }
  return true;
}

const testOf = (part: Test | Choice): Test => (typeof part === 'function' ? part : part.test);

/** What is found in one file at most: each place may be looked at more closely, by a walk through the file. */
const maxFound = 300;

/** Where a pattern stands; texts are split into tokens, strings in the code are met by {@link string} alone. */
export function find(code: Code, pattern: readonly Part[], { from, to }: Range = wholeOf(code)): number[] {
  const parts = pattern.flatMap((part): Part[] => (typeof part === 'string' ? partsOf(part) : [part]));
  const found: number[] = [];
  for (const at of candidates(code, parts, from, to)) {
    if (matches(code, at, parts)) found.push(at);
    if (found.length === maxFound) break;
  }
  return found;
}

/** Where a pattern could begin: before one of its words or strings if it has any, else everywhere. */
function* candidates(code: Code, parts: readonly Part[], from: number, to: number): Generator<number> {
  const offset = parts.findIndex((part) => keysOf(part) !== null);
  const keys = offset === -1 ? null : keysOf(parts[offset]);
  if (keys === null) {
    for (let at = from; at < to; at += 1) yield at;
    return;
  }
  const places = keys.flatMap((key) => code.places.get(key) ?? []);
  if (keys.length > 1) places.sort((a, b) => a - b);
  for (const place of places) {
    if (place - offset >= from && place - offset < to) yield place - offset;
  }
}

function keysOf(part: Part | undefined): readonly string[] | null {
  if (part === undefined || typeof part === 'function') return null;
  if (typeof part !== 'string') return part.keys;
  return /^[A-Za-z0-9_$]/.test(part) ? [wordKey(part)] : null;
}

export interface Call {
  at: number;
  line: number;
  args: Range[];
}

/** Calls of a function by its name, as `session_start` or `Storage::disk` or `.store`. */
export function calls(code: Code, name: string | readonly Part[], range?: Range): Call[] {
  const pattern = typeof name === 'string' ? partsOf(name) : name;
  return find(code, [...pattern, '('], range).flatMap((at) => {
    // A longer name that ends alike is another function, and so is one that is being declared.
    const before = code.tokens[at - 1];
    if (before?.kind === 'word' && ['function', 'def', 'fn', 'class'].includes(before.text)) return [];
    const args = inside(code, at + pattern.length);
    return args === null ? [] : [{ at, line: lineAt(code, at), args: split(code, args) }];
  });
}
