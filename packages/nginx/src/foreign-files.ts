import { parseConfig } from './parse.ts';
import { type Block, blocksNamed, type ConfigNode } from './tree.ts';

/** One file that Nginx loads, as it is on the server. */
export interface LoadedFile {
  /** As Nginx opened it, e.g. `/etc/nginx/sites-enabled/shop.conf`. */
  path: string;
  content: string;
}

/** A file whose statements stand right in `http`. */
export interface HttpFile {
  path: string;
  /** Its statements, with what its blocks include in the includes' places. */
  nodes: ConfigNode[];
  /** `pattern`: one of those that an include with a pattern brings in. `name`: an include names it. `main`: it holds the `http` block itself. */
  by: 'pattern' | 'name' | 'main';
  /** How often it is brought in. */
  times: number;
}

/** What stands in `http`, file by file in the order of reading. */
export interface HttpContext {
  files: HttpFile[];
  /** Files that Nginx's lexer would not read to their end as we do (a Lua block). */
  unreadable: string[];
}

const MAIN = '/etc/nginx/nginx.conf';
const ROOT = '/etc/nginx/';
/** Deeper includes than this are a circle. */
const DEEPEST = 8;
const MOST_NODES = 100_000;
const MOST_STARS = 6;

/**
 * What Nginx would see in its `http` block, from the files that it loads. Reads no disk: an include that names none of the files brings nothing.
 * @param files all that Nginx loads, `nginx.conf` among them; Fairlead's own may be left out
 */
export function httpContext(files: readonly LoadedFile[]): HttpContext {
  const parsed = new Map<string, ConfigNode[]>();
  const unreadable: string[] = [];
  for (const { path, content } of files) {
    try {
      parsed.set(path, parseConfig(content));
    } catch {
      unreadable.push(path);
    }
  }
  const found: HttpFile[] = [];
  const budget = { left: MOST_NODES };
  const visit = (path: string, nodes: readonly ConfigNode[], by: HttpFile['by'], depth: number) => {
    const known = found.find((file) => file.path === path);
    if (known !== undefined) {
      known.times += 1;
      return;
    }
    const own: ConfigNode[] = [];
    found.push({ path, nodes: own, by, times: 1 });
    for (const node of nodes) {
      const included = includeOf(node, parsed);
      if (included === null) own.push(inlined(node, parsed, depth, budget));
      else if (depth < DEEPEST) {
        for (const other of included.paths) visit(other, parsed.get(other) ?? [], included.by, depth + 1);
      }
    }
  };
  const main = expanded(parsed.get(MAIN) ?? [], parsed);
  for (const http of blocksNamed(main, 'http')) visit(MAIN, http.children, 'main', 0);
  return { files: found, unreadable };
}

/** Main's own statements with those that it includes, one level: where an `http` block may stand. */
function expanded(nodes: readonly ConfigNode[], parsed: ReadonlyMap<string, ConfigNode[]>): ConfigNode[] {
  return nodes.flatMap((node) => {
    const included = includeOf(node, parsed);
    return included === null ? [node] : included.paths.flatMap((path) => parsed.get(path) ?? []);
  });
}

function inlined(
  node: ConfigNode,
  parsed: ReadonlyMap<string, ConfigNode[]>,
  depth: number,
  budget: { left: number },
): ConfigNode {
  budget.left -= 1;
  if (node.kind !== 'block') return node;
  const children = node.children.flatMap((child): ConfigNode[] => {
    const included = includeOf(child, parsed);
    if (included === null) return [inlined(child, parsed, depth, budget)];
    if (depth >= DEEPEST || budget.left <= 0) return [];
    const block: Block = { ...node, children: included.paths.flatMap((path) => parsed.get(path) ?? []) };
    const brought = inlined(block, parsed, depth + 1, budget);
    return brought.kind === 'block' ? brought.children : [];
  });
  return { ...node, children };
}

/** The loaded files that an include brings, in Nginx's order; null for what is no include. */
function includeOf(
  node: ConfigNode,
  parsed: ReadonlyMap<string, ConfigNode[]>,
): { paths: string[]; by: 'pattern' | 'name' } | null {
  if (node.kind !== 'directive' || node.name !== 'include') return null;
  const argument = node.args[0] ?? '';
  const path = argument.startsWith('/') ? argument : ROOT + argument;
  if (!/[*?[]/.test(path)) return { paths: parsed.has(path) ? [path] : [], by: 'name' };
  // Nobody needs more stars, and each multiplies the time that a match may take.
  if (path.split('*').length > MOST_STARS + 1) return { paths: [], by: 'pattern' };
  const pattern = globPattern(path);
  return { paths: [...parsed.keys()].filter((known) => pattern.test(known)).sort(), by: 'pattern' };
}

/** A shell pattern as glob(3) reads it: `*`, `?` and sets stop at `/`, and a leading dot is matched by a dot alone. */
function globPattern(path: string): RegExp {
  const parts = path.split('/').map((part) => {
    const body = part.replace(/\[[!^]?\]?[^\]]*\]|[*?]|[^*?[]+|\[/g, (piece) => {
      if (piece === '*') return '[^/]*';
      if (piece === '?') return '[^/]';
      if (piece.length > 2 && piece.startsWith('[')) return setPattern(piece);
      return piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    });
    return part.startsWith('.') ? body : `(?!\\.)${body}`;
  });
  return new RegExp(`^${parts.join('/')}$`);
}

function setPattern(piece: string): string {
  const negated = /^\[[!^]/.test(piece);
  const inside = piece.slice(negated ? 2 : 1, -1).replace(/[\\\]^]/g, '\\$&');
  const set = `[${negated ? '^' : ''}${inside}]`;
  try {
    new RegExp(set);
    return `(?!/)${set}`;
  } catch {
    return '(?!)';
  }
}
