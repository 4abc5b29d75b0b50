import type { HttpSettings } from './http-settings.ts';
import { literal, readLiteral } from './literal.ts';
import { restVariableName } from './names.ts';
import type { Redirect } from './redirect-settings.ts';
import type { Slug } from './spec.ts';
import { block, blocksNamed, type ConfigNode, directive, directivesNamed } from './tree.ts';

const QUERY = '$is_args$args';

/**
 * What follows the prefix of a redirect, as the visitor wrote it: `$uri` is decoded, and a line break in it would be a field of the answer.
 * @see https://nginx.org/en/docs/http/ngx_http_map_module.html
 */
export function restOfPath(app: Slug, { redirects }: HttpSettings): ConfigNode[] {
  const prefixes = redirects.filter(({ keepPath }) => keepPath).map(({ from }) => from);
  if (prefixes.length === 0) return [];
  // The first that fits counts here, the longest where Nginx chooses the location.
  const longestFirst = prefixes.toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return [
    block(
      'map',
      ['$request_uri', restVariableName(app)],
      directive('default', ''),
      ...longestFirst.map((from) => directive(`~^${from.replace(/[.*+()]/g, '\\$&')}([^?]*)`, '$1')),
    ),
  ];
}

/**
 * A location for each redirect. A path as target stays one (`absolute_redirect off`), so that it is right behind whatever ended TLS.
 * @see https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return
 */
export function redirects(app: Slug, { redirects }: HttpSettings): ConfigNode[] {
  return redirects.map(({ match, from, to, status, keepQuery, keepPath }) => {
    const target = literal(app, to) + (keepPath ? restVariableName(app) : '') + (keepQuery ? QUERY : '');
    return block(
      'location',
      [match === 'exact' ? '=' : '^~', from],
      directive('absolute_redirect', 'off'),
      directive('return', status, target),
    );
  });
}

/** The redirects that a server block states. */
export function readRedirects(
  app: Slug,
  site: readonly ConfigNode[],
): Partial<Record<keyof Redirect, unknown>>[] {
  return blocksNamed(site, 'location').flatMap(({ args: [sign, from], children }) => {
    const [status, target = ''] = directivesNamed(children, 'return')[0]?.args ?? [];
    if (status === undefined || !/^30[1278]$/.test(status)) return [];
    const keepQuery = target.endsWith(QUERY);
    const path = keepQuery ? target.slice(0, -QUERY.length) : target;
    const rest = restVariableName(app);
    const keepPath = path.endsWith(rest);
    const to = readLiteral(app, keepPath ? path.slice(0, -rest.length) : path);
    return [
      { match: sign === '=' ? 'exact' : 'prefix', from, to, status: Number(status), keepQuery, keepPath },
    ];
  });
}
