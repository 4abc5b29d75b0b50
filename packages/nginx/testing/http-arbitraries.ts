import fc from 'fast-check';
import { canonicalNetwork } from '../src/access-settings.ts';
import { type HttpSettings, httpSettingsSchema, proxyNetworkRefusal } from '../src/http-settings.ts';

const seconds = fc.integer({ min: 1, max: 86_400 });
const segments = fc.stringMatching(/^[A-Za-z0-9_~!&'()*+,=:@-][A-Za-z0-9._~!&'()*+,=:@-]{0,12}$/);
/** Paths as Nginx compares them, without a slash at the end. */
export const plainPaths = fc
  .array(segments, { minLength: 1, maxLength: 4 })
  .map((parts) => `/${parts.join('/')}`);

/** Of a list what the schema takes, one by one. */
function each<T>(lists: fc.Arbitrary<T[]>, settings: (list: T[]) => object): fc.Arbitrary<T[]> {
  return lists.map((list) => list.filter((item) => httpSettingsSchema.safeParse(settings([item])).success));
}

const names = fc.stringMatching(/^[A-Za-z](?:[A-Za-z0-9-]{0,20}[A-Za-z0-9])?$/);
/** Full of what means something to Nginx. */
const values = fc
  .array(fc.oneof(fc.constantFrom(...'\\"\'{};#$ ()~.'), fc.stringMatching(/^[!-~]{1,3}$/)), {
    maxLength: 15,
  })
  .map((parts) => parts.join('').trim());
const headers = fc.uniqueArray(fc.record({ name: names, value: values }), {
  maxLength: 5,
  selector: ({ name }) => name.toLowerCase(),
});
const targets = fc
  .tuple(
    fc.constantFrom('', 'https://www.example.com', 'http://[2001:db8::1]:8080', 'https://a.example'),
    fc.stringMatching(/^(?:\/[A-Za-z0-9$&'()*+,;=:@%~-]{1,9}){1,3}\/?$/),
    fc.constantFrom('', '?a=$b&c', '#part', '?x=1#$y'),
  )
  .map(([origin, path, rest]) => origin + path.replaceAll('%', '%25') + rest);
const redirects = fc.uniqueArray(
  fc.record({
    match: fc.constantFrom('exact', 'prefix'),
    from: fc.tuple(plainPaths, fc.boolean()).map(([path, isFolder]) => (isFolder ? `${path}/` : path)),
    to: targets,
    status: fc.constantFrom(301, 302, 307, 308),
    keepQuery: fc.boolean(),
    keepPath: fc.boolean(),
  }),
  { maxLength: 5, selector: ({ match, from }) => `${match} ${from}` },
);

const networks = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, length]) => `${address}/${length}`),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([address, length]) => `${address}/${length}`),
  fc.ipV4(),
  fc.ipV6(),
);
const rules = fc
  .array(fc.record({ action: fc.constantFrom('allow' as const, 'deny' as const), source: networks }), {
    maxLength: 6,
  })
  .map((list) => {
    const known = new Map(list.map((rule) => [canonicalNetwork(rule.source), rule]));
    return [...known.values(), ...(list.length > 3 ? [{ action: 'deny' as const, source: 'all' }] : [])];
  });

/** Lines that Nginx takes, with what its lexer has to look at twice. */
const snippets = fc
  .array(
    fc.constantFrom(
      'add_header X-A "a; } b { c";',
      "add_header X-B 'it''s'; # }".replace("''", "\\'"),
      '# a remark with { and "',
      'location = /teapot {\n\treturn 418 "short and stout";\n}',
      'location ~ "^/(?:a|b){1,2}$" { return 204; }',
      'if ($arg_x = "$host {") { return 403; }',
      'set $a b;  set $c "d\ne";',
      '   sub_filter_once off;',
    ),
    { maxLength: 8 },
  )
  .map((lines) => [...new Set(lines)].join('\n'));

/** Half of them what a front does without settings. */
export const httpSettings: fc.Arbitrary<HttpSettings> = fc.oneof(
  fc.constant(httpSettingsSchema.parse({})),
  fc
    .record(
      {
        maxBodyBytes: fc.integer({ min: 1024, max: 100 * 1024 ** 3 }),
        timeouts: fc.record({
          connectSeconds: fc.integer({ min: 1, max: 75 }),
          sendSeconds: seconds,
          readSeconds: seconds,
        }),
        buffering: fc.boolean(),
        gzip: fc.record({
          mode: fc.constantFrom('server', 'on', 'off'),
          minBytes: fc.integer({ min: 0, max: 1024 ** 2 }),
        }),
        balancerHealth: fc.record({ enabled: fc.boolean(), path: plainPaths }),
        requestHeaders: each(headers, (value) => ({ requestHeaders: value })),
        responseHeaders: each(headers, (value) => ({ responseHeaders: value })),
        redirects: each(redirects, (value) => ({ redirects: value })),
        snippet: snippets.filter((snippet) => httpSettingsSchema.safeParse({ snippet }).success),
        routes: fc.uniqueArray(
          fc.record({
            prefix: plainPaths.map((path) => `${path}/`),
            app: fc.constantFrom('api', 'other-app', 'x-1-y'),
            stripPrefix: fc.boolean(),
          }),
          { maxLength: 4, selector: ({ prefix }) => prefix },
        ),
        grpc: fc.uniqueArray(
          plainPaths.map((path) => `${path}/`),
          { maxLength: 3 },
        ),
        access: each(rules, (value) => ({ access: value })),
        trustedProxy: fc.option(
          fc
            .record({
              networks: fc.array(
                networks.filter((network) => proxyNetworkRefusal(network) === null),
                {
                  minLength: 1,
                  maxLength: 6,
                },
              ),
              field: fc.constantFrom('X-Forwarded-For', 'x-real-ip', 'CF-Connecting-IP', 'X-Edge-Client'),
              only: fc.boolean(),
              listUrl: fc.constantFrom(null, 'https://www.example.com/ips-v4?a=b&c;d'),
            })
            .filter((trustedProxy) => httpSettingsSchema.safeParse({ trustedProxy }).success),
        ),
        rateLimit: fc.option(
          fc.record({
            requests: fc.integer({ min: 1, max: 10_000 }),
            per: fc.constantFrom('second', 'minute'),
            burst: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })),
          }),
        ),
      },
      { requiredKeys: [] },
    )
    .map((settings) => httpSettingsSchema.safeParse(settings).data)
    .filter((settings) => settings !== undefined),
);
