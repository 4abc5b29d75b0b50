import { type Evidence, type Finding, inEnvironment, inFile, ok, problem, unknown } from '../finding.ts';
import { absent, type FrameworkName, type Scan } from '../scan.ts';
import { type Code, lineAt, type Range } from '../source/code.ts';
import { calls, find, oneOf } from '../source/find.ts';
import { readValue } from '../value/read-value.ts';
import { resolve, type Setting } from '../value/resolve.ts';
import { hasString, importsOf } from './modules.ts';

const keyNames = [
  'secret',
  'secrets',
  'keys',
  'password',
  'secretOrKey',
  'secretOrPrivateKey',
  'jwtSecret',
  'cookieSecret',
  'encryptionKey',
];

/** Node.js: what signs sessions and tokens must be the same on each backend. */
export function judgeNodeSecrets(scan: Scan, codes: readonly Code[], framework: FrameworkName): Finding {
  const settings = codes.flatMap((code) =>
    secretsIn(code).map((range) =>
      resolve(readValue(code, first(code, constant(code, range))), code.path, scan.variables),
    ),
  );
  const random = settings.filter(({ from }) => from === 'random');
  if (random.length > 0)
    return problem(
      'A secret is made anew by each process: what one server signs, the others refuse.',
      ...random.map(({ evidence }) => evidence('made at random')),
    );
  const unset = settings.filter(({ from }) => from === 'unset');
  if (unset.length > 0)
    return problem(
      'A secret is read from a variable that is not set.',
      ...unset.map(({ evidence }) => evidence('a secret, not set')),
    );
  const named = namedVariables(scan, codes, framework);
  if (named !== null) return named;
  const byName = settings.every(({ from }) => from === 'computed') ? readByName(scan, codes) : null;
  if (byName !== null) return byName;
  const known = settings.filter(({ from }) => from === 'environment' || from === 'code');
  if (known.length > 0) return ok('All backends are given the same secret.', ...known.map(describe));
  if (settings.length > 0)
    return unknown(
      'Where a secret comes from can’t be told from here.',
      ...settings.map(({ evidence }) => evidence('a secret')),
    );
  return absent(scan, 'Nothing is signed with a secret.');
}

const describe = ({ from, evidence }: Setting): Evidence =>
  evidence(from === 'code' ? 'a secret in the repository' : 'set');

/** Values of `secret:` in calls that sign, and of `jwt.sign(…, secret)`. */
function secretsIn(code: Code): Range[] {
  const makers = importsOf(
    [code],
    'express-session',
    'cookie-session',
    '@fastify/session',
    '@fastify/secure-session',
    '@fastify/jwt',
    '@fastify/cookie',
    'iron-session',
    'cookie-parser',
    '@nestjs/jwt',
    'koa-session',
    'express-jwt',
    'passport-jwt',
    'next-auth',
    'better-auth',
    'jsonwebtoken',
  );
  if (makers.length === 0) return [];
  const options = find(code, [oneOf(...keyNames), ':']).map((at) => ({
    from: at + 2,
    to: endOfValue(code, at + 2),
  }));
  const names = makers
    .flatMap(({ local, named }) => [local, ...named.values()])
    .filter((name) => name !== null);
  const signed = names
    .flatMap((name) => [
      ...calls(code, `${name}.sign`),
      ...calls(code, `${name}.verify`),
      ...(name === 'sign' || name === 'verify' ? calls(code, name) : []),
    ])
    .flatMap(({ args: [, key] }) => (key === undefined ? [] : [key]));
  const parser = importsOf([code], 'cookie-parser')
    .flatMap(({ local }) => (local === null ? [] : calls(code, local)))
    .flatMap(({ args: [key] }) => (key === undefined ? [] : [key]));
  return [...options, ...signed, ...parser];
}

function endOfValue(code: Code, from: number): number {
  let at = from;
  while (at < code.tokens.length && at < from + 200) {
    const { kind, text } = code.tokens[at] ?? { kind: 'mark', text: '}' };
    if (kind === 'mark' && (text === ',' || text === '}' || text === ')' || text === ';' || text === ']'))
      break;
    at = Math.max(at, code.closing[at] ?? -1) + 1;
  }
  return at;
}

/** `['a', 'b']` is judged by its first secret. */
function first(code: Code, range: Range): Range {
  if (code.tokens[range.from]?.text !== '[') return range;
  return { from: range.from + 1, to: endOfValue(code, range.from + 1) };
}

/** `const SECRET = process.env.X`, where the name is given. */
function constant(code: Code, range: Range): Range {
  const name = code.tokens[range.from];
  if (range.to - range.from !== 1 || name?.kind !== 'word') return range;
  const [at] = find(code, [oneOf('const', 'let', 'var'), name.text, '=']);
  if (at === undefined) return range;
  const line = lineAt(code, at);
  let to = at + 3;
  while (to < code.tokens.length && code.tokens[to]?.text !== ';' && lineAt(code, to) === line) to += 1;
  return { from: at + 3, to };
}

/** Names of variables that sign or encrypt; those of other people's services are not among them. */
const signing =
  /^(?:(?:APP|AUTH|SESSION|JWT|COOKIE|TOKEN|CSRF|SIGNING|ENCRYPTION|HASH|ACCESS_TOKEN|REFRESH_TOKEN)_)*(?:SECRET|SECRET_KEY|SIGNING_KEY|ENCRYPTION_KEY|SESSION_KEY|COOKIE_KEY|SESSION_PASSWORD|COOKIE_PASSWORD)$/;

/** Secrets that are read somewhere and used somewhere else: by the names of their variables. */
function readByName(scan: Scan, codes: readonly Code[]): Finding | null {
  const settings = codes.flatMap((code) =>
    [
      ...find(code, ['process', '.', 'env', '.', (token) => signing.test(token.text)]),
      ...find(code, [
        '.',
        oneOf('get', 'getOrThrow'),
        '(',
        (token) => token.kind === 'string' && signing.test(token.text),
      ]).map((at) => at - 1),
      ...find(code, [
        '.',
        'getOrThrow',
        '<',
        'string',
        '>',
        '(',
        (token) => token.kind === 'string' && signing.test(token.text),
      ]).map((at) => at - 1),
    ].map((at) =>
      resolve(readValue(code, { from: at, to: endOfValue(code, at) }), code.path, scan.variables),
    ),
  );
  const unset = settings.filter(({ from }) => from === 'unset');
  if (unset.length > 0)
    return problem(
      'A secret is read from a variable that is not set.',
      ...unset.map(({ evidence }) => evidence('a secret, not set')),
    );
  const known = settings.filter(({ from }) => from === 'environment' || from === 'code');
  return known.length > 0 ? ok('All backends are given the same secret.', ...known.map(describe)) : null;
}

/** Secrets that frameworks read by themselves. */
function namedVariables(scan: Scan, codes: readonly Code[], framework: FrameworkName): Finding | null {
  const missing: Evidence[] = [];
  const isSet = (name: string) => (scan.variables(name)?.value ?? '') !== '';
  const auth = importsOf(codes, 'next-auth', '@auth/core', '@auth/express', '@auth/sveltekit')[0];
  const hasOption =
    auth !== undefined &&
    codes.some((code) => importsOf([code], 'next-auth').length > 0 && find(code, ['secret', ':']).length > 0);
  if (auth !== undefined && !hasOption && !isSet('NEXTAUTH_SECRET') && !isSet('AUTH_SECRET')) {
    missing.push({
      ...inFile(auth.code.path, auth.line, 'signs sessions with it; not set'),
      variable: 'AUTH_SECRET',
    });
  }
  const actions =
    framework === 'next'
      ? codes.flatMap((code) => hasString(code, 'use server').map((at) => ({ code, at })))
      : [];
  const [action] = actions;
  if (action !== undefined && !isSet('NEXT_SERVER_ACTIONS_ENCRYPTION_KEY')) {
    missing.push({
      ...inFile(
        action.code.path,
        lineAt(action.code, action.at),
        'Server Actions, encrypted with a key that each build makes',
      ),
      variable: 'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY',
    });
  }
  if (missing.length > 0)
    return problem('A key is not set, so each server would have its own or none.', ...missing);
  if (action !== undefined)
    return ok(
      'All backends are given the same key.',
      inEnvironment('NEXT_SERVER_ACTIONS_ENCRYPTION_KEY', 'set'),
    );
  if (auth !== undefined && !hasOption)
    return ok(
      'All backends are given the same secret.',
      inEnvironment(isSet('AUTH_SECRET') ? 'AUTH_SECRET' : 'NEXTAUTH_SECRET', 'set'),
    );
  return null;
}
