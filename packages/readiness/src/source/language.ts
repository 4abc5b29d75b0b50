/** What the lexer has to know of a language to tell code from comments and strings. */
export interface Language {
  name: 'php' | 'javascript' | 'python';
  lineComments: readonly string[];
  blockComments: boolean;
  /** Code stands between `<?php` and `?>`; the rest is text. Also heredocs. */
  islands: boolean;
  /** `"""` and `'''`. */
  tripleQuotes: boolean;
  /** Backtick strings with `${…}`, and regular expressions between slashes. */
  templates: boolean;
  /** A quoted string may go on over the end of a line. */
  strings: 'one-line' | 'many-lines';
}

export const php: Language = {
  name: 'php',
  lineComments: ['//', '#'],
  blockComments: true,
  islands: true,
  tripleQuotes: false,
  templates: false,
  strings: 'many-lines',
};
const javascript: Language = {
  name: 'javascript',
  lineComments: ['//'],
  blockComments: true,
  islands: false,
  tripleQuotes: false,
  templates: true,
  strings: 'one-line',
};
export const python: Language = {
  name: 'python',
  lineComments: ['#'],
  blockComments: false,
  islands: false,
  tripleQuotes: true,
  templates: false,
  strings: 'one-line',
};

const byEnding: readonly (readonly [RegExp, Language])[] = [
  [/\.(?:php|phtml|inc)$/, php],
  [/\.(?:[cm]?[jt]s|[jt]sx)$/, javascript],
  [/\.(?:py|toml)$|(?:^|\/)Pipfile$/, python],
];

/** The language of a file by its name; null for what is no source. */
export function languageOf(path: string): Language | null {
  return byEnding.find(([ending]) => ending.test(path))?.[1] ?? null;
}
