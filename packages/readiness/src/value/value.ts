/** What an expression in code comes to, as far as it can be read without running it. */
export type Value =
  | { kind: 'literal'; text: string; line: number }
  | { kind: 'variable'; name: string; fallback: Value | null; line: number }
  /** Made anew by each process or machine. */
  | { kind: 'random'; line: number }
  | { kind: 'other'; line: number };

export const other = (line: number): Value => ({ kind: 'other', line });
export const literal = (text: string, line: number): Value => ({ kind: 'literal', text, line });
