import { AppError } from '@fairlead/errors';
import { lineAt, tokenise } from './lexer.ts';
import type { Block, ConfigNode } from './tree.ts';

function unreadable(text: string, at: number): AppError {
  const line = lineAt(text, at);
  return new AppError('invalid-input', `The Nginx configuration can't be read at line ${line}.`, {
    details: { line },
  });
}

/**
 * Reads a configuration file into the tree that {@link serialise} would have written it from: `parseConfig(serialise(tree))` equals `tree`.
 * Follows Nginx's own lexer; knows no directives, so it reads any file whose blocks are balanced (a Lua block is not Nginx's language).
 * @throws AppError `invalid-input` with `details.line` where Nginx's lexer would stop too, without it for unbalanced blocks.
 */
export function parseConfig(text: string): ConfigNode[] {
  const root: ConfigNode[] = [];
  const open: Block[] = [];
  let words: string[] = [];
  const tokens = tokenise(text);
  if (!Array.isArray(tokens)) throw unreadable(text, tokens.unreadableAt);
  for (const token of tokens) {
    const siblings = open.at(-1)?.children ?? root;
    if (token.kind === 'comment') siblings.push({ kind: 'comment', text: token.text });
    else if (token.kind === 'word') words.push(token.text);
    else {
      const [name, ...args] = words;
      words = [];
      if (token.kind === '}' ? name !== undefined || open.pop() === undefined : name === undefined)
        throw unbalanced();
      if (name === undefined) continue;
      if (token.kind === ';') siblings.push({ kind: 'directive', name, args });
      else {
        const block: Block = { kind: 'block', name, args, children: [] };
        siblings.push(block);
        open.push(block);
      }
    }
  }
  if (open.length > 0 || words.length > 0) throw unbalanced();
  return root;
}

function unbalanced(): AppError {
  return new AppError(
    'invalid-input',
    'The Nginx configuration can’t be read: a block or a directive has no end.',
  );
}
