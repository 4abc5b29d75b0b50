/** A piece of code: comments and blanks are gone, so that what is commented out is no evidence. */
export interface Token {
  kind: 'word' | 'string' | 'mark';
  /** Of a string: what stands between the quotes, escapes left as they are. */
  text: string;
  /** From 1. */
  line: number;
  /** A string into which nothing is put when it is used. */
  plain: boolean;
}
