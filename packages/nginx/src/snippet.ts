import type { HttpSettings } from './http-settings.ts';
import { SNIPPET_MARK } from './snippet-settings.ts';
import { type ConfigNode, comment } from './tree.ts';

const BEGINS = `${SNIPPET_MARK} begins`;
const ENDS = `${SNIPPET_MARK} ends`;
const EACH = new RegExp(`^[ \\t]*# ${BEGINS}\\n([\\s\\S]*?\\n)[ \\t]*# ${ENDS}\\n`, 'gm');

/** What somebody wrote for this server block, last in it and kept apart by remarks. */
export function snippet({ snippet }: HttpSettings): ConfigNode[] {
  return snippet === '' ? [] : [comment(BEGINS), { kind: 'raw', text: snippet }, comment(ENDS)];
}

/** The snippet of a file as it stands there, in one server block or two, and the file without it. */
export function cutSnippet(text: string): { rest: string; snippet: string } {
  const last = [...text.matchAll(EACH)].at(-1);
  return { rest: text.replaceAll(EACH, ''), snippet: (last?.[1] ?? '').slice(0, -1) };
}

/**
 * Which line of the snippet a line of its file is, both from 1 on.
 * @returns null for a line outside of it
 */
export function snippetLine(text: string, line: number): number | null {
  for (const match of text.matchAll(EACH)) {
    const before = text.slice(0, match.index).split('\n').length;
    const lines = (match[1] ?? '').split('\n').length - 1;
    const own = line - before;
    if (own >= 1 && own <= lines) return own;
  }
  return null;
}
