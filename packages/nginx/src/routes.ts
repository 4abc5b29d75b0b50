import type { HttpSettings } from './http-settings.ts';
import { frontUpstreamName, readFrontUpstreamName, routeVariableName } from './names.ts';
import { type Passing, passing } from './proxying.ts';
import type { Route } from './route-settings.ts';
import type { NginxCapabilities, Slug } from './spec.ts';
import { blocksNamed, type ConfigNode, directive, directivesNamed } from './tree.ts';

/**
 * Parts of a site that another app answers, by the upstream of that app's own front, which stands in a file of its own. Its name is looked up for each
 * request (a variable), so that this file stays good while the other one comes and goes; without it the answer is 502.
 * @see https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass
 */
export function routes(
  app: Slug,
  { routes }: HttpSettings,
  common: Pick<Passing, 'headers' | 'timeouts'>,
  capabilities: NginxCapabilities,
): ConfigNode[] {
  const variable = routeVariableName(app);
  return routes.flatMap(({ prefix, app: other, stripPrefix }, index) => {
    const pass = [
      directive('set', variable, frontUpstreamName(other as Slug)),
      ...(stripPrefix
        ? [directive('rewrite', `(?s)^${prefix.replace(/[.*+()]/g, '\\$&')}(.*)`, '/$1', 'break')]
        : []),
      directive('proxy_pass', `http://${variable}`),
    ];
    return passing({ ...common, location: ['^~', prefix], name: `_route${index + 1}`, pass }, capabilities);
  });
}

/** The routes that a server block states. */
export function readRoutes(app: Slug, site: readonly ConfigNode[]): Partial<Record<keyof Route, unknown>>[] {
  return blocksNamed(site, 'location').flatMap(({ args: [sign, prefix], children }) => {
    const [variable, pool = ''] = directivesNamed(children, 'set')[0]?.args ?? [];
    if (sign !== '^~' || variable !== routeVariableName(app)) return [];
    const stripPrefix = directivesNamed(children, 'rewrite').length > 0;
    return [{ prefix, app: readFrontUpstreamName(pool), stripPrefix }];
  });
}
