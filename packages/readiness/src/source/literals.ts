import type { Language } from './language.ts';

/** Where a string's text is, and where the code goes on. */
export interface Span {
  from: number;
  to: number;
  end: number;
  plain: boolean;
}

/** A string between single or double quotes, or three of them. One that is never closed ends with its line, or with the text. */
export function readQuoted(text: string, at: number, language: Language): Span {
  const quote = text.charAt(at);
  if (language.tripleQuotes && text.startsWith(quote.repeat(3), at)) {
    const from = at + 3;
    const to = endOf(text, from, quote.repeat(3), false);
    return { from, to, end: Math.min(text.length, to + 3), plain: true };
  }
  const to = endOf(text, at + 1, quote, language.strings === 'one-line');
  return { from: at + 1, to, end: text.charAt(to) === quote ? to + 1 : to, plain: true };
}

function endOf(text: string, from: number, closing: string, oneLine: boolean): number {
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '\n' && oneLine) return at;
    else if (char === closing.charAt(0) && text.startsWith(closing, at)) return at;
  }
  return text.length;
}

/** A backtick string with what is put into it, however deep templates stand in templates. */
export function readTemplate(text: string, at: number): Span {
  const open = ['`'];
  let plain = true;
  let next = at + 1;
  while (next < text.length && open.length > 0) {
    const char = text.charAt(next);
    if (char === '\\') next += 1;
    else if (open.at(-1) === '`') {
      if (char === '`') open.pop();
      else if (char === '$' && text.charAt(next + 1) === '{') {
        plain = false;
        open.push('{');
        next += 1;
      }
    } else if (char === '}') open.pop();
    else if (char === '{' || char === '`') open.push(char);
    next += 1;
  }
  const end = Math.min(next, text.length);
  return { from: at + 1, to: Math.max(at + 1, end - 1), end, plain };
}

/** Longer ones are not looked for: a slash that opens none must not cost a walk over the whole file. */
const maxRegexLength = 1000;

/** Where a regular expression ends, its flags aside; null where the line ends first, so that the slash was a division. */
export function readRegex(text: string, at: number): number | null {
  let inClass = false;
  const last = Math.min(text.length, at + maxRegexLength);
  for (let next = at + 1; next < last; next += 1) {
    const char = text.charAt(next);
    if (char === '\n') return null;
    if (char === '\\') next += 1;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return next + 1;
  }
  return null;
}

/** PHP's `<<<NAME … NAME`; null where there is none. */
export function readHeredoc(text: string, at: number): Span | null {
  const head = /^<<<[ \t]{0,8}(["']?)([A-Za-z_][A-Za-z0-9_]{0,100})\1\r?\n/.exec(text.slice(at, at + 130));
  const [opening, quote, name] = head ?? [];
  if (opening === undefined || name === undefined) return null;
  const from = at + opening.length;
  for (let line = from; line < text.length; ) {
    const newline = text.indexOf('\n', line);
    const next = newline === -1 ? text.length : newline + 1;
    const start = text.slice(line, next).trimStart();
    if (start.startsWith(name) && !/^[A-Za-z0-9_]/.test(start.slice(name.length))) {
      const closing = next - start.length;
      return { from, to: line, end: closing + name.length, plain: quote === "'" };
    }
    line = next;
  }
  return { from, to: text.length, end: text.length, plain: quote === "'" };
}
