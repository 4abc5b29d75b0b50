import { AppError } from '@fairlead/errors';
import type { ConfigNode } from './tree.ts';

const INDENT = '    ';
/** Nginx has no escape for these, or reads them as the end of its input. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const NEEDS_QUOTES = /[ \t\r\n;{}"']|^#|^$|\\(?:[\\trn]|$)/;
const ESCAPES: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };

/**
 * One argument as Nginx's lexer reads it back: bare where that is safe, else in the quotes that need fewer escapes. The only quoting in this package.
 * It does not stop `$variable` from being interpolated: no value from a user may hold a `$`, which the schemas see to.
 * @throws AppError `internal` for a control character: a value got here without being parsed.
 */
export function quote(arg: string): string {
  if (UNWRITABLE.test(arg)) {
    throw new AppError('internal', 'A value with a control character reached the Nginx renderer.');
  }
  if (!NEEDS_QUOTES.test(arg)) return arg;
  const mark = arg.includes('"') && !arg.includes("'") ? "'" : '"';
  // A backslash is literal unless the next character makes it an escape: `\.` of a regular expression stays as it is.
  const escaped = arg
    .replace(/\\(?=[\\"'trn\t\n\r]|$)|[\t\n\r]/g, (character) => ESCAPES[character] ?? character)
    .replaceAll(mark, `\\${mark}`);
  return mark + escaped + mark;
}

/** The text of a configuration, four spaces a level, one directive a line, an empty line around top-level blocks; the same tree gives the same bytes. */
export function serialise(nodes: readonly ConfigNode[], level = 0): string {
  const indent = INDENT.repeat(level);
  return nodes
    .map((node, index) => {
      const gap = index > 0 && startsParagraph(nodes, index) ? '\n' : '';
      return gap + serialiseNode(node, indent, level);
    })
    .join('');
}

function serialiseNode(node: ConfigNode, indent: string, level: number): string {
  if (node.kind === 'comment') {
    if (/[\r\n]/.test(node.text))
      throw new AppError('internal', 'A comment of the Nginx renderer has two lines.');
    return `${`${indent}# ${node.text}`.trimEnd()}\n`;
  }
  if (node.kind === 'raw') return `${node.text}\n`;
  const words = [node.name, ...node.args].map(quote).join(' ');
  if (node.kind === 'directive') return `${indent}${words};\n`;
  return `${indent}${words} {\n${serialise(node.children, level + 1)}${indent}}\n`;
}

/** A block and the comments right above it stand together, apart from what is before them. */
function startsParagraph(nodes: readonly ConfigNode[], index: number): boolean {
  const previous = nodes[index - 1];
  if (previous?.kind === 'block') return true;
  if (previous?.kind === 'comment') return false;
  let next = index;
  while (nodes[next]?.kind === 'comment') next += 1;
  return nodes[next]?.kind === 'block';
}
