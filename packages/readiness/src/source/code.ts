import { languageOf } from './language.ts';
import { lex } from './lex.ts';
import type { Token } from './token.ts';

/** Tokens `from` up to, not with, `to`. */
export interface Range {
  from: number;
  to: number;
}

/** One file's code, with the bracket that closes each bracket. */
export interface Code {
  path: string;
  tokens: readonly Token[];
  /** For each opening bracket the place of its closing one; -1 for other tokens and what is never closed. */
  closing: Int32Array;
  /** Where each word and each string stands, by {@link wordKey} and {@link stringKey}. */
  places: ReadonlyMap<string, readonly number[]>;
}

export const wordKey = (text: string): string => `w${text}`;
export const stringKey = (text: string): string => `s${text}`;

export function readCode(path: string, text: string): Code | null {
  const language = languageOf(path);
  if (language === null) return null;
  const tokens = lex(text, language);
  return { path, tokens, closing: pairBrackets(tokens), places: placesOf(tokens) };
}

function placesOf(tokens: readonly Token[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  tokens.forEach(({ kind, text }, at) => {
    // Long strings are texts for people, which nobody looks for.
    if (kind === 'mark' || (kind === 'string' && text.length > 200)) return;
    const key = kind === 'word' ? wordKey(text) : stringKey(text);
    const known = places.get(key);
    if (known === undefined) places.set(key, [at]);
    else known.push(at);
  });
  return places;
}

const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

function pairBrackets(tokens: readonly Token[]): Int32Array {
  const closing = new Int32Array(tokens.length).fill(-1);
  const open: number[] = [];
  tokens.forEach(({ kind, text }, at) => {
    if (kind !== 'mark') return;
    if (Object.hasOwn(closers, text)) open.push(at);
    else if (text === ')' || text === ']' || text === '}') {
      const start = open.at(-1);
      if (start === undefined || closers[tokens[start]?.text ?? ''] !== text) return;
      open.pop();
      closing[start] = at;
    }
  });
  return closing;
}

export const wholeOf = (code: Code): Range => ({ from: 0, to: code.tokens.length });
export const lineAt = (code: Code, at: number): number => code.tokens[at]?.line ?? 1;

/** The ranges between commas (or other marks) on the outermost level of a range. */
export function split(code: Code, { from, to }: Range, separator = ','): Range[] {
  const parts: Range[] = [];
  let start = from;
  for (let at = from; at < to; at += 1) {
    const end = code.closing[at] ?? -1;
    if (end > at && end < to) at = end;
    else if (isMark(code, at, separator)) {
      parts.push({ from: start, to: at });
      start = at + 1;
    }
  }
  if (start < to) parts.push({ from: start, to });
  return parts;
}

export function isMark(code: Code, at: number, text: string): boolean {
  const token = code.tokens[at];
  return token?.kind === 'mark' && token.text === text;
}

/** What stands between the bracket at `at` and the one that closes it. */
export function inside(code: Code, at: number): Range | null {
  const end = code.closing[at] ?? -1;
  return end > at ? { from: at + 1, to: end } : null;
}
