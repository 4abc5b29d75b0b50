import { needsAnnouncedReloads } from './capabilities.ts';
import { nginxPaths } from './paths.ts';
import type { NginxCapabilities } from './spec.ts';
import { block, type ConfigNode, directive } from './tree.ts';

/** A status that no one answers with, to lead a request on to the location that ends its connection. */
const CLOSING_STATUS = 419;

/**
 * Before Nginx 1.27.4 a reload cuts idle connections under the requests that are on their way in them. So while a reload is announced, each answer
 * asks its client to connect anew, and the reload finds nothing idle.
 * @param pass what the location does with a request.
 * @param name what the location is called, after `@closing`.
 * @returns directives for the location of requests, and the location beside it; both empty where they are not needed.
 * @see https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#if
 */
export function closing(
  pass: readonly ConfigNode[],
  capabilities: NginxCapabilities,
  name = '',
): { check: ConfigNode[]; location: ConfigNode[] } {
  if (!needsAnnouncedReloads(capabilities)) return { check: [], location: [] };
  return {
    check: [
      directive('error_page', CLOSING_STATUS, '=', `@closing${name}`),
      block('if', ['(-f', `${nginxPaths.closing})`], directive('return', CLOSING_STATUS)),
    ],
    location: [block('location', [`@closing${name}`], directive('keepalive_timeout', 0), ...pass)],
  };
}

/**
 * Has Nginx look for the announcement once a second, not for each request: looking cost 5 % of the front's time.
 * @see https://nginx.org/en/docs/http/ngx_http_core_module.html#open_file_cache
 */
export function rememberedCheck(check: readonly ConfigNode[]): ConfigNode[] {
  if (check.length === 0) return [];
  return [
    directive('open_file_cache', 'max=1'),
    directive('open_file_cache_valid', '1s'),
    directive('open_file_cache_errors', 'on'),
    ...check,
  ];
}
