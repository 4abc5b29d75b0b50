/** One piece of a configuration, and where in the text it begins. */
export type Token = { at: number } & (
  | { kind: 'word'; text: string }
  | { kind: 'comment'; text: string }
  | { kind: ';' | '{' | '}' }
);

/** A word that Nginx reads: quoted by either quote, or bare up to a space, `;` or a `{` that opens no `${variable}`. */
const TOKEN =
  /(?<space>[ \t\r\n]+)|#(?<comment>[^\n]*)|(?<mark>[;{}])|"(?<double>(?:\\[\s\S]|[^"\\])*)"(?=[ \t\r\n;{)]|$)|'(?<single>(?:\\[\s\S]|[^'\\])*)'(?=[ \t\r\n;{)]|$)|(?<bare>(?!["'])(?:\\[\s\S]|\$\{|[^ \t\r\n;{\\])+)/y;
const CONTROL_CHARACTERS: Record<string, string> = { t: '\t', r: '\r', n: '\n' };

function unescaped(text: string): string {
  return text.replace(/\\([\\"'trn])/g, (_, character: string) => CONTROL_CHARACTERS[character] ?? character);
}

/** The line, from 1 on, in which a place of a text is. */
export function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/**
 * A text in pieces as Nginx's own lexer reads it.
 * @returns the place at which Nginx's lexer would stop, where it would
 */
export function tokenise(text: string): Token[] | { unreadableAt: number } {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (!groups) return { unreadableAt: at };
    if (groups.comment !== undefined)
      tokens.push({ kind: 'comment', at, text: groups.comment.replace(/^ /, '').trimEnd() });
    else if (groups.mark !== undefined) tokens.push({ kind: groups.mark as ';' | '{' | '}', at });
    else if (groups.space === undefined) {
      tokens.push({ kind: 'word', at, text: unescaped(groups.double ?? groups.single ?? groups.bare ?? '') });
    }
  }
  return tokens;
}
