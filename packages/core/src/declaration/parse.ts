import { AppError } from '@fairlead/errors';
import { isMap, isScalar, LineCounter, parseDocument, visit, type YAMLMap } from 'yaml';
import { fieldErrors } from '../input.ts';
import { type Declaration, declarationSchema } from './schema.ts';

export const declarationFile = 'fairlead.yml';
const maxBytes = 64 << 10;
/** Keys whose values may look like numbers and are none: `3.10`, a service called `1`. */
const texts = new Set(['runtimeVersion', 'containerService']);
/** Keys whose values are mappings themselves. */
const nested = new Set(['workers', 'cron', 'commands']);

/** What the file says, and the line of each of its keys, from 1 on. */
export interface ParsedDeclaration {
  values: Declaration;
  lines: ReadonlyMap<string, number>;
}

/**
 * Reads `fairlead.yml`: one mapping of plain values, and of processes by name, without anchors, aliases and tags. Throws `invalid-input`, which names the file
 * as it is called in the repository, the line and the key.
 */
export function parseDeclaration(text: string, file: string = declarationFile): ParsedDeclaration {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Refusal) throw error.asAppError(file);
    throw error;
  }
}

function parse(text: string): ParsedDeclaration {
  if (Buffer.byteLength(text) > maxBytes) throw refused(null, null, 'It is longer than 64 KiB.');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, version: '1.2', schema: 'core', logLevel: 'error' });
  const lineOf = (offset: number | undefined) => lineCounter.linePos(offset ?? 0).line;
  const [fault] = document.errors;
  if (fault) throw refused(lineOf(fault.pos[0]), null, fault.message.split('\n')[0] ?? 'It is no YAML.');
  visit(document, {
    Alias: (_, node) => {
      throw refused(lineOf(node.range?.[0]), null, 'Aliases are not taken.');
    },
    Node: (_, node) => {
      if (node.anchor || node.tag)
        throw refused(lineOf(node.range?.[0]), null, 'Anchors and tags are not taken.');
    },
  });
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return { values: {}, lines: new Map() };
  if (!isMap(root)) throw refused(1, null, 'It has to be a list of keys and values, e.g. runtime: node.');
  return checked(readPairs(root, lineOf));
}

interface Pairs {
  input: Map<string, unknown>;
  lines: Map<string, number>;
}

function readPairs(root: YAMLMap, lineOf: (offset: number | undefined) => number): Pairs {
  const input = new Map<string, unknown>();
  const lines = new Map<string, number>();
  for (const { key, value } of root.items) {
    const line = lineOf(isScalar(key) ? key.range?.[0] : root.range?.[0]);
    if (!isScalar(key) || typeof key.value !== 'string') throw refused(line, null, 'A key has to be a word.');
    const name = key.value;
    if (!Object.hasOwn(declarationSchema.shape, name)) throw refused(line, name, 'There is no such key.');
    if (nested.has(name) && isMap(value)) {
      input.set(name, readNested(value, name, lines, lineOf));
      lines.set(name, line);
      continue;
    }
    if (value !== null && !isScalar(value)) throw refused(line, name, 'Give one value.');
    // `3.10` is a number to YAML, and then 3.1.
    const isNumber = typeof value?.value === 'number' && texts.has(name);
    input.set(name, isNumber ? value.source : (value?.value ?? null));
    lines.set(name, line);
  }
  return { input, lines };
}

/** Processes: by name, each a mapping of plain values. The lines of what is in them are kept by their paths, as in `workers.mail.count`. */
function readNested(
  map: YAMLMap,
  path: string,
  lines: Map<string, number>,
  lineOf: (offset: number | undefined) => number,
): Record<string, unknown> {
  const found: [string, unknown][] = map.items.map(({ key, value }) => {
    const line = lineOf(isScalar(key) ? key.range?.[0] : map.range?.[0]);
    if (!isScalar(key) || typeof key.value !== 'string') throw refused(line, path, 'A key has to be a word.');
    const inner = `${path}.${key.value}`;
    if (key.value === '__proto__') throw refused(line, inner, 'There is no such key.');
    lines.set(inner, line);
    if (isMap(value) && path.split('.').length < 2)
      return [key.value, readNested(value, inner, lines, lineOf)];
    if (value !== null && !isScalar(value)) throw refused(line, inner, 'Give one value.');
    return [key.value, value?.value ?? null];
  });
  return Object.fromEntries(found);
}

function checked({ input, lines }: Pairs): ParsedDeclaration {
  const parsed = declarationSchema.safeParse(Object.fromEntries(input));
  const ofKeys = new Map([...lines].filter(([key]) => !key.includes('.')));
  if (parsed.success) return { values: parsed.data, lines: ofKeys };
  const [first] = fieldErrors(parsed.error.issues);
  const path = (first?.path ?? '').split('.');
  const known = path
    .map((_, index) => path.slice(0, path.length - index).join('.'))
    .find((key) => lines.has(key));
  const key = known ?? path[0] ?? '';
  throw refused(lines.get(key) ?? null, key, first?.message ?? 'It is not valid.');
}

/** Why a file is not taken; where it lies is known to the caller. */
class Refusal extends Error {
  readonly line: number | null;
  readonly key: string | null;

  constructor(line: number | null, key: string | null, message: string) {
    super(message);
    this.line = line;
    this.key = key;
  }

  asAppError(file: string): AppError {
    const { line, key, message } = this;
    const where = [file, line === null ? '' : `, line ${line}`, key === null ? '' : `, ${key}`].join('');
    return new AppError('invalid-input', `${where}: ${message}`, {
      hint: 'The keys are those of docs/fairlead-yml.md. Put the file right and read the repository again.',
      details: { errors: [{ path: key ?? declarationFile, message }], line },
    });
  }
}

const refused = (line: number | null, key: string | null, message: string) => new Refusal(line, key, message);
