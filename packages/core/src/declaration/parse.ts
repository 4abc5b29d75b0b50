import { AppError } from '@fairlead/errors';
import { isMap, isScalar, LineCounter, parseDocument, visit, type YAMLMap } from 'yaml';
import { fieldErrors } from '../input.ts';
import { type Declaration, declarationSchema } from './schema.ts';

export const declarationFile = 'fairlead.yml';
const maxBytes = 64 << 10;

/** What the file says, and the line of each of its keys, from 1 on. */
export interface ParsedDeclaration {
  values: Declaration;
  lines: ReadonlyMap<string, number>;
}

/**
 * Reads `fairlead.yml`: one flat mapping of plain values, without anchors, aliases and tags. Throws `invalid-input`, which names the line and the key.
 */
export function parseDeclaration(text: string): ParsedDeclaration {
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
    if (value !== null && !isScalar(value)) throw refused(line, name, 'Give one value.');
    // `3.10` is a number to YAML, and then 3.1.
    const isNumber = typeof value?.value === 'number' && name === 'runtimeVersion';
    input.set(name, isNumber ? value.source : (value?.value ?? null));
    lines.set(name, line);
  }
  return { input, lines };
}

function checked({ input, lines }: Pairs): ParsedDeclaration {
  const parsed = declarationSchema.safeParse(Object.fromEntries(input));
  if (parsed.success) return { values: parsed.data, lines };
  const [first] = fieldErrors(parsed.error.issues);
  const key = first?.path.split('.')[0] ?? '';
  throw refused(lines.get(key) ?? null, key, first?.message ?? 'It is not valid.');
}

function refused(line: number | null, key: string | null, message: string): AppError {
  const where = [declarationFile, line === null ? '' : `, line ${line}`, key === null ? '' : `, ${key}`].join(
    '',
  );
  return new AppError('invalid-input', `${where}: ${message}`, {
    hint: 'The keys are those of docs/fairlead-yml.md. Put the file right and read the repository again.',
    details: { errors: [{ path: key ?? declarationFile, message }], line },
  });
}
