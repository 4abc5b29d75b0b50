import { type Code, inside, isMark, lineAt, type Range, split } from '../source/code.ts';
import { anyWord, find, matches, oneOf, string } from '../source/find.ts';
import { literal, other, type Value } from './value.ts';

const randomNames = [
  'random_bytes',
  'openssl_random_pseudo_bytes',
  'uniqid',
  'mt_rand',
  'randomBytes',
  'randomUUID',
  'getRandomValues',
  'urandom',
  'token_hex',
  'token_bytes',
  'token_urlsafe',
  'uuid4',
  'get_random_secret_key',
  'nanoid',
];

/** Reads an expression of PHP, JavaScript or Python: a text, a variable of the environment with what stands in for it, or something made at random. */
export function readValue(code: Code, range: Range, depth = 0): Value {
  const line = lineAt(code, range.from);
  const first = code.tokens[range.from];
  if (first === undefined || range.to <= range.from || depth > 4) return other(line);
  if (first.kind === 'string' && first.plain && range.to - range.from === 1) return literal(first.text, line);
  const variable = readVariable(code, range, depth);
  if (variable !== null) return variable;
  if (find(code, [oneOf(...randomNames)], range).length > 0) return { kind: 'random', line };
  if (first.kind === 'word' && range.to - range.from === 1) return literal(first.text, line);
  return other(line);
}

function readVariable(code: Code, range: Range, depth: number): Value | null {
  const line = lineAt(code, range.from);
  const named = (name: string, rest: Range | null): Value => ({
    kind: 'variable',
    name,
    fallback: rest === null || rest.to <= rest.from ? null : readValue(code, rest, depth + 1),
    line,
  });
  const read = readCall(code, range) ?? readMember(code, range);
  if (read === null || !/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(read.name)) return null;
  // `(string) env('X')`, `env('X', 'y')`, `process.env.X ?? 'y'`, `os.environ.get("X") or "y"`
  const fallback = read.fallback ?? afterOperator(code, { from: read.end, to: range.to });
  if (fallback === null && read.end < range.to && !isMark(code, read.end, '!')) {
    const trivial = isMark(code, read.end, '.') || code.tokens[read.end]?.text === 'as';
    if (!trivial) return null;
  }
  return named(read.name, fallback);
}

interface Read {
  name: string;
  fallback: Range | null;
  /** The token after it. */
  end: number;
}

/** `env('X', 'y')`, `getenv('X')`, `os.environ.get('X', 'y')`, `config('X', default='y')` */
function readCall(code: Code, range: Range): Read | null {
  for (let at = range.from; at < Math.min(range.to, range.from + 8); at += 1) {
    const name = code.tokens[at];
    // `get<string>('X')`
    const open = isMark(code, at + 1, '<') && isMark(code, at + 3, '>') ? at + 4 : at + 1;
    if (name?.kind === 'string') return null;
    if (!isMark(code, open, '(') || name === undefined || !isReader(code, at)) continue;
    const args = inside(code, open);
    if (args === null || args.to >= range.to) return null;
    const [key, second] = split(code, args);
    const text = key === undefined ? undefined : code.tokens[key.from];
    if (text?.kind !== 'string' || !text.plain) return null;
    return {
      name: text.text,
      fallback: second === undefined ? null : defaultOf(code, second),
      end: args.to + 1,
    };
  }
  return null;
}

function isReader(code: Code, at: number): boolean {
  const name = code.tokens[at]?.text ?? '';
  if (['env', 'getenv', 'getenv_docker', 'config', 'env_var'].includes(name)) return true;
  const before = code.tokens[at - 2]?.text ?? '';
  return (
    isMark(code, at - 1, '.') &&
    (before === 'environ'
      ? name === 'get'
      : before === 'env' || name === 'getOrThrow' || (name === 'get' && /^config(?:Service)?$/i.test(before)))
  );
}

/** `default='y'` is `'y'`; `cast=bool` is no default. */
function defaultOf(code: Code, range: Range): Range | null {
  if (!matches(code, range.from, [anyWord, '='])) return range;
  return code.tokens[range.from]?.text === 'default' ? { from: range.from + 2, to: range.to } : null;
}

/** `process.env.X`, `process.env['X']`, `os.environ['X']`, `$_ENV['X']`, `$_SERVER['X']` */
function readMember(code: Code, range: Range): Read | null {
  for (let at = range.from; at < Math.min(range.to, range.from + 8); at += 1) {
    const dotted = ['process', '.', 'env', '.'];
    if (matches(code, at, dotted))
      return { name: code.tokens[at + 4]?.text ?? '', fallback: null, end: at + 5 };
    const word = code.tokens[at];
    if (word?.kind === 'string') return null;
    if (!matches(code, at, [oneOf('env', 'environ', '$_ENV', '$_SERVER'), '[', string(), ']'])) continue;
    return { name: code.tokens[at + 2]?.text ?? '', fallback: null, end: at + 4 };
  }
  return null;
}

const operators = [['?', '?'], ['|', '|'], ['?', ':'], ['or']];

function afterOperator(code: Code, range: Range): Range | null {
  for (const operator of operators) {
    if (matches(code, range.from, operator)) return { from: range.from + operator.length, to: range.to };
  }
  return null;
}
