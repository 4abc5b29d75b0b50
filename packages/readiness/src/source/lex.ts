import type { Language } from './language.ts';
import { readHeredoc, readQuoted, readRegex, readTemplate, type Span } from './literals.ts';
import type { Token } from './token.ts';

/**
 * Splits code into words, strings and marks in one pass: time and memory grow with the length alone, whatever the text. Text that is not of the
 * language gives some tokens all the same and never an error.
 */
export function lex(text: string, language: Language): Token[] {
  return new Lexer(text, language).run();
}

const isWord = (code: number) =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 95 ||
  code === 36 ||
  code >= 128;
/** Words after which a slash begins a regular expression. */
const beforeRegex = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'delete',
  'void',
  'throw',
  'else',
  'do',
]);

class Lexer {
  readonly #text: string;
  readonly #language: Language;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;

  constructor(text: string, language: Language) {
    this.#text = text;
    this.#language = language;
  }

  run(): Token[] {
    if (this.#language.islands) this.#skipToIsland();
    while (this.#at < this.#text.length) this.#step();
    return this.#tokens;
  }

  #step(): void {
    const text = this.#text;
    const code = text.charCodeAt(this.#at);
    if (code === 10) this.#line += 1;
    if (code <= 32 || code === 0xfeff) this.#at += 1;
    else if (isWord(code)) this.#word();
    else if (!this.#comment() && !this.#leave() && !this.#literal()) {
      this.#push('mark', text.charAt(this.#at), this.#line);
      this.#at += 1;
    }
  }

  #push(kind: Token['kind'], text: string, line: number, plain = true): void {
    this.#tokens.push({ kind, text, line, plain });
  }

  #word(): void {
    const from = this.#at;
    while (this.#at < this.#text.length && isWord(this.#text.charCodeAt(this.#at))) this.#at += 1;
    const word = this.#text.slice(from, this.#at);
    // Python writes r'…' and f"…".
    const next = this.#text.charAt(this.#at);
    if (this.#language.tripleQuotes && (next === '"' || next === "'") && /^[rbfu]{1,2}$/i.test(word)) {
      this.#quoted(!/f/i.test(word));
    } else this.#push('word', word, this.#line);
  }

  #comment(): boolean {
    const { lineComments, blockComments, islands } = this.#language;
    const text = this.#text;
    if (blockComments && text.startsWith('/*', this.#at)) {
      const end = text.indexOf('*/', this.#at + 2);
      this.#advance(end === -1 ? text.length : end + 2);
      return true;
    }
    if (!lineComments.some((start) => text.startsWith(start, this.#at))) return false;
    // `#[…]` is an attribute of PHP's.
    if (islands && text.startsWith('#[', this.#at)) return false;
    const end = text.indexOf('\n', this.#at);
    const stop = end === -1 ? text.length : end;
    const left = islands ? text.slice(this.#at, stop).indexOf('?>') : -1;
    this.#at = left === -1 ? stop : this.#at + left;
    return true;
  }

  #leave(): boolean {
    if (!this.#language.islands || !this.#text.startsWith('?>', this.#at)) return false;
    this.#push('mark', ';', this.#line);
    this.#at += 2;
    this.#skipToIsland();
    return true;
  }

  #skipToIsland(): void {
    const start = this.#text.indexOf('<?', this.#at);
    this.#advance(start === -1 ? this.#text.length : start + 2);
    for (const opening of ['php', '=']) {
      if (this.#text.slice(this.#at, this.#at + opening.length).toLowerCase() === opening) {
        this.#at += opening.length;
        return;
      }
    }
  }

  #literal(): boolean {
    const start = this.#text.charAt(this.#at);
    if (start === '"' || start === "'") this.#quoted(start === "'" || !this.#language.islands);
    else if (start === '`' && this.#language.templates) this.#take(readTemplate(this.#text, this.#at));
    else if (start === '/' && this.#language.templates && this.#mayBeRegex()) {
      const end = readRegex(this.#text, this.#at);
      if (end === null) return false;
      this.#push('string', '', this.#line, false);
      this.#at = end;
    } else if (start === '<' && this.#language.islands) {
      const heredoc = readHeredoc(this.#text, this.#at);
      if (heredoc === null) return false;
      this.#take(heredoc);
    } else return false;
    return true;
  }

  #quoted(plain: boolean): void {
    const span = readQuoted(this.#text, this.#at, this.#language);
    this.#take({ ...span, plain: plain || !/[{$]/.test(this.#text.slice(span.from, span.to)) });
  }

  #take({ from, to, end, plain }: Span): void {
    this.#push('string', this.#text.slice(from, to), this.#line, plain);
    this.#advance(end);
  }

  /** Goes on to `end`, counting lines on the way. */
  #advance(end: number): void {
    for (; this.#at < end; this.#at += 1) if (this.#text.charCodeAt(this.#at) === 10) this.#line += 1;
  }

  #mayBeRegex(): boolean {
    const before = this.#tokens.at(-1);
    if (before === undefined) return true;
    if (before.kind === 'word') return beforeRegex.has(before.text);
    return before.kind === 'mark' && before.text !== ')' && before.text !== ']';
  }
}
