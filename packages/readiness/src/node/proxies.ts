import { type Evidence, type Finding, inFile, ok, problem } from '../finding.ts';
import { absent, type FrameworkName, type Scan } from '../scan.ts';
import { type Code, lineAt } from '../source/code.ts';
import { calls, find, oneOf, string } from '../source/find.ts';
import { importsOf } from './modules.ts';

/**
 * Node.js: each backend's own Nginx hands requests on from 127.0.0.1 and says in `X-Forwarded-For` and `X-Forwarded-Proto` who asks and how. A framework believes that when it is told to.
 */
export function judgeNodeProxies(scan: Scan, codes: readonly Code[], framework: FrameworkName): Finding {
  if (framework === 'next') return ok('Next.js reads the header fields of the proxy before it.');
  const made = codes.flatMap(servers);
  if (made.length === 0) return judgeBare(scan, codes);
  const trusting = codes.flatMap(trusted);
  return trusting.length > 0
    ? ok('The app believes the proxy before it.', ...trusting)
    : problem('The app takes the proxy before it for the visitor, and HTTPS for HTTP.', ...made);
}

/** Where a server that can be told to trust is made. */
function servers(code: Code): Evidence[] {
  const makers = importsOf([code], 'express', 'fastify', 'koa')
    .flatMap(({ local, named }) => [
      local,
      ...['fastify', 'Fastify', 'default'].flatMap((name) => named.get(name) ?? []),
    ])
    .filter((name) => name !== null);
  const made = makers.flatMap((name) => calls(code, name));
  // `require('fastify')({ … })`
  const atOnce = find(code, ['require', '(', string('fastify'), ')', '(']).map((at) => ({
    line: lineAt(code, at),
  }));
  const nest = calls(code, 'NestFactory.create');
  const typed = find(code, ['NestFactory', '.', 'create', '<']).map((at) => ({
    line: code.tokens[at]?.line ?? 1,
  }));
  return [...made, ...atOnce, ...nest, ...typed].map(({ line }) =>
    inFile(code.path, line, 'no proxy is trusted'),
  );
}

function trusted(code: Code): Evidence[] {
  const isOff = (at: number) => ['false', '0'].includes(code.tokens[at]?.text ?? '');
  const set = find(code, ['.', 'set', '(', string('trust proxy'), ',']).filter((at) => !isOff(at + 5));
  const enabled = find(code, ['.', 'enable', '(', string('trust proxy')]);
  const option = find(code, ['trustProxy', ':']).filter((at) => !isOff(at + 2));
  const koa = find(code, ['.', 'proxy', '=', 'true']);
  const koaOption = importsOf([code], 'koa').length > 0 ? find(code, ['proxy', ':', 'true']) : [];
  return [...set, ...enabled, ...option, ...koa, ...koaOption].map((at) =>
    inFile(code.path, code.tokens[at]?.line ?? 1, 'trusts the proxy'),
  );
}

/** Node's own server says nothing of proxies; the code that asks for an address does, or does not. */
function judgeBare(scan: Scan, codes: readonly Code[]): Finding {
  const reads = codes.flatMap((code) =>
    find(code, [
      (token) => token.kind === 'string' && /^x-(?:forwarded-(?:for|proto)|real-ip)$/i.test(token.text),
    ]).map((at) => inFile(code.path, code.tokens[at]?.line ?? 1, 'reads what the proxy says')),
  );
  if (reads.length > 0) return ok('The app reads what the proxy before it says.', ...reads);
  const asks = codes.flatMap((code) =>
    [...find(code, ['.', oneOf('remoteAddress', 'encrypted')]), ...find(code, ['getConnInfo', '('])].map(
      (at) => inFile(code.path, code.tokens[at]?.line ?? 1, 'takes the proxy for the visitor'),
    ),
  );
  return asks.length > 0
    ? problem('The app takes the proxy before it for the visitor.', ...asks)
    : absent(scan, 'The app asks for no visitor’s address.');
}
