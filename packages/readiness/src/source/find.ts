import { type Code, inside, lineAt, type Range, split, wholeOf } from './code.ts';
import type { Token } from './token.ts';

type Part = string | ((token: Token) => boolean);

/** In a pattern: any string, or one with this text. */
export const string =
  (text?: string): Part =>
  (token) =>
    token.kind === 'string' && (text === undefined || token.text === text);
/** In a pattern: a word out of several. */
export const oneOf =
  (...words: string[]): Part =>
  (token) =>
    token.kind === 'word' && words.includes(token.text);
export const anyWord: Part = (token) => token.kind === 'word';

/** Splits `Storage::disk(` into what {@link find} matches token by token. */
const partsOf = (text: string): string[] => text.match(/[A-Za-z0-9_$]+|[^\sA-Za-z0-9_$]/g) ?? [];

export function matches(code: Code, at: number, pattern: readonly Part[]): boolean {
  return pattern.every((part, n) => {
    const token = code.tokens[at + n];
    if (token === undefined) return false;
    return typeof part === 'string' ? token.kind !== 'string' && token.text === part : part(token);
  });
}

/** What is found in one file at most: each place may be looked at more closely, by a walk through the file. */
const maxFound = 300;

/** Where a pattern stands; texts are split into tokens, strings in the code are met by {@link string} alone. */
export function find(code: Code, pattern: readonly Part[], { from, to }: Range = wholeOf(code)): number[] {
  const parts = pattern.flatMap((part): Part[] => (typeof part === 'string' ? partsOf(part) : [part]));
  const found: number[] = [];
  for (let at = from; at < to && found.length < maxFound; at += 1) {
    if (matches(code, at, parts)) found.push(at);
  }
  return found;
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
