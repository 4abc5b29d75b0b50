import { parse } from 'yaml';
import type { Tree } from './input.ts';
import { type Code, readCode } from './source/code.ts';
import { isPlainPath, isWorthReading } from './worth-reading.ts';

/** A tree, with its code read once. */
export interface Repository {
  /** Code that could not be read. */
  unread: readonly string[];
  paths: ReadonlySet<string>;
  texts: ReadonlyMap<string, string>;
  /** Code whose path meets `where`, in the order of its paths. */
  codes(where: RegExp): Code[];
  code(path: string): Code | null;
}

const known = new WeakMap<Tree, Repository>();

/** Reads a tree; the same tree is read once, however often it is asked about. */
export function openRepository(tree: Tree): Repository {
  const opened = known.get(tree) ?? open(tree);
  known.set(tree, opened);
  return opened;
}

/** How long a process may be kept from its other work at a stretch. */
const stretchMs = 20;

/** Reads a tree's code as {@link openRepository} does, in stretches: a large one takes a second. */
export async function prepareTree(tree: Tree): Promise<void> {
  const repository = openRepository(tree);
  let since = performance.now();
  for (const path of repository.texts.keys()) {
    repository.code(path);
    if (performance.now() - since < stretchMs) continue;
    await new Promise<void>((resume) => setTimeout(resume, 0));
    since = performance.now();
  }
}

function open(tree: Tree): Repository {
  const worth = tree.files.filter(({ path }) => isWorthReading(path));
  const texts = new Map(
    worth.map(({ path, text }): [string, string] => [path, text]).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const codes = new Map<string, Code | null>();
  const code = (path: string): Code | null => {
    const read = codes.get(path);
    if (read !== undefined) return read;
    const text = texts.get(path);
    const made = text === undefined ? null : readCode(path, text);
    codes.set(path, made);
    return made;
  };
  const sources = [...texts.keys()];
  return {
    unread: tree.unread,
    paths: new Set([...tree.paths.filter(isPlainPath), ...sources]),
    texts,
    code,
    codes: (where) => sources.flatMap((path) => (where.test(path) ? (code(path) ?? []) : [])),
  };
}

/** A JSON object; null for anything else and for what can't be read. */
export function readJson(repository: Repository, path: string): Record<string, unknown> | null {
  return objectOf(repository.texts.get(path), JSON.parse);
}

/** A YAML mapping; null for anything else, for what can't be read and for what unfolds beyond measure. */
export function readYaml(repository: Repository, path: string): Record<string, unknown> | null {
  return objectOf(repository.texts.get(path), (text) =>
    isNestedTooDeep(text) ? null : parse(text, { maxAliasCount: 50, logLevel: 'silent' }),
  );
}

/**
 * Whether a YAML text could lead its parser, which calls itself for each level, to the end of the stack: Node.js ends the whole process when a regular
 * expression is first used there. Counted from above: brackets wherever they stand, indentation, and what can be nested on one line.
 */
function isNestedTooDeep(text: string): boolean {
  let brackets = 0;
  for (const char of text) if (char === '[' || char === '{') brackets += 1;
  const isDeep = (line: string) => /^ {120}/.test(line) || /^(?:\s*[-?:](?=\s)){20}/.test(line.slice(0, 400));
  return brackets > 200 || text.split('\n').some(isDeep);
}

function objectOf(text: string | undefined, read: (text: string) => unknown): Record<string, unknown> | null {
  if (text === undefined) return null;
  try {
    const value = read(text);
    return isObject(value) ? value : null;
  } catch (error) {
    // A file that is not what its name says tells nothing; any other fault is ours.
    if (error instanceof SyntaxError || error instanceof RangeError || isYamlFault(error)) return null;
    throw error;
  }
}

const isYamlFault = (error: unknown) =>
  error instanceof Error && (error.name.startsWith('YAML') || error instanceof ReferenceError);

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is under a chain of keys. */
export function at(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );
}

/** The line of the first text that holds `needle`, outside of comments that begin with `#`; for files without a lexer. */
export function lineOf(repository: Repository, path: string, needle: string): number | null {
  const lines = (repository.texts.get(path) ?? '').split('\n');
  const line = lines.findIndex((each) => each.includes(needle) && !each.trimStart().startsWith('#'));
  return line === -1 ? null : line + 1;
}
