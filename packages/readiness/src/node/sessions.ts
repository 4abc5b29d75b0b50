import { type Evidence, type Finding, inFile, ok, problem, unknown } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import type { Code, Range } from '../source/code.ts';
import { type Call, calls, find } from '../source/find.ts';
import { localService } from '../stores.ts';
import { entriesOf } from '../value/entries.ts';
import { importEvidence, importsOf } from './modules.ts';

/** Keep the session in a cookie, signed or encrypted. */
const inCookies = [
  'cookie-session',
  'iron-session',
  '@fastify/secure-session',
  'jsonwebtoken',
  'jose',
  'next-auth',
  '@auth/core',
  'better-auth',
  'koa-session',
  '@nestjs/jwt',
  '@fastify/jwt',
];
const localStores = [
  'session-file-store',
  'memorystore',
  'better-sqlite3-session-store',
  'connect-sqlite3',
  'connect-loki',
  'express-nedb-session',
];

/** Node.js: the store that sessions are given. Without one, express-session keeps them in the memory of one process. */
export function judgeNodeSessions(scan: Scan, codes: readonly Code[]): Finding {
  const local = importEvidence(codes, localStores, (name) => `${name} keeps sessions on this server`);
  if (local.length > 0) return problem('Each server keeps sessions for itself.', ...local);
  const made = importsOf(codes, 'express-session', '@fastify/session', 'koa-generic-session').flatMap(
    (each) => sessionCalls(each.code, each.local).map((call) => ({ code: each.code, call })),
  );
  const judged = made.map(({ code, call }) => ({
    evidence: inFile(code.path, call.line, 'makes sessions'),
    store: storeOf(code, call),
  }));
  const bare = judged
    .filter(({ store }) => store === 'memory')
    .map(({ evidence }) => ({ ...evidence, text: 'no store: sessions are kept in memory' }));
  if (bare.length > 0) return problem('Sessions are kept in the memory of one process.', ...bare);
  if (judged.some(({ store }) => store === null))
    return unknown('The sessions’ store can’t be told from here.', ...judged.map(({ evidence }) => evidence));
  if (judged.length > 0)
    return judgeShared(
      scan,
      codes,
      judged.map(({ evidence }) => ({ ...evidence, text: 'sessions with a store' })),
    );
  const cookies = importEvidence(codes, inCookies, (name) => `${name} signs what the visitor keeps`);
  return cookies.length > 0
    ? ok('Sessions are kept by the visitor, signed.', ...cookies)
    : absent(scan, 'Nothing makes sessions.');
}

function judgeShared(scan: Scan, codes: readonly Code[], evidence: Evidence[]): Finding {
  const redis = importsOf(codes, 'connect-redis', 'redis', 'ioredis').length > 0;
  const own = redis ? localService(scan.variables, ['REDIS_URL', 'REDIS_HOST']) : null;
  return own === null
    ? ok('All backends share the sessions.', ...evidence)
    : problem('Each server keeps sessions in a Redis of its own.', own, ...evidence);
}

/** `session({…})`, `app.register(session, {…})`, `require('express-session')({…})`. */
function sessionCalls(code: Code, local: string | null): Call[] {
  if (local === null) return calls(code, ['require', '(', (token) => token.text === 'express-session', ')']);
  const registered = calls(code, '.register').flatMap((call) => {
    const [plugin, options] = call.args;
    const isIt = plugin !== undefined && code.tokens[plugin.from]?.text === local;
    return isIt ? [{ ...call, args: options === undefined ? [] : [options] }] : [];
  });
  return [...calls(code, local), ...registered];
}

/** `given`, `memory` where there is none, null where the options are put together elsewhere. */
function storeOf(code: Code, { args: [options] }: Call): 'given' | 'memory' | null {
  if (options === undefined) return 'memory';
  const entries = entriesOf(code, follow(code, options));
  if (entries === null) return null;
  const store = entries.get('store');
  if (store !== undefined) return find(code, ['MemoryStore'], store.value).length > 0 ? 'memory' : 'given';
  // `app.store = …` on options that were written before, or `{ ...others }`
  const spread = find(code, ['.', '.', '.'], options).length > 0;
  const later = find(code, ['.', 'store', '=']).length > 0;
  return spread ? null : later ? 'given' : 'memory';
}

/** `const options = { … }`, where a name is given. */
export function follow(code: Code, range: Range): Range {
  const name = code.tokens[range.from];
  if (range.to - range.from !== 1 || name?.kind !== 'word') return range;
  for (const at of find(code, [name.text])) {
    const equals = code.tokens[at + 1]?.text === '=' ? at + 1 : null;
    const open = equals === null ? -1 : equals + 1;
    const end = code.closing[open] ?? -1;
    if (end > open) return { from: open, to: end + 1 };
  }
  return range;
}
