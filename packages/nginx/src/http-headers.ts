import { isHsts } from './front-spec.ts';
import { requestHeaderRefusal } from './header-settings.ts';
import type { HttpSettings } from './http-settings.ts';
import { literal, readLiteral } from './literal.ts';
import type { Slug } from './spec.ts';
import { type ConfigNode, directive, directivesNamed } from './tree.ts';

/** Fields for backends by name, as `proxied` takes them. */
export function requestHeaders(app: Slug, { requestHeaders }: HttpSettings): Record<string, string> {
  return Object.fromEntries(requestHeaders.map(({ name, value }) => [name, literal(app, value)]));
}

/**
 * Fields for visitors: the app's own of that name goes, ours comes, with errors and redirects too.
 * @see https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header
 */
export function responseHeaders(app: Slug, { responseHeaders }: HttpSettings): ConfigNode[] {
  return responseHeaders.flatMap(({ name, value }) => [
    directive('proxy_hide_header', name),
    ...(value === '' ? [] : [directive('add_header', name, literal(app, value), 'always')]),
  ]);
}

/** The fields that a server block states. @param hasHsts whether HSTS has a setting of its own there */
export function readHeaders(app: Slug, site: readonly ConfigNode[], hasHsts: boolean) {
  const read = (value = '') => readLiteral(app, value);
  // What a trusted proxy says of the visitor is no setting of its own.
  const said = directivesNamed(site, 'real_ip_header')[0]?.args[0]?.toLowerCase();
  const added = new Map(directivesNamed(site, 'add_header').map(({ args: [name, value] }) => [name, value]));
  return {
    requestHeaders: directivesNamed(site, 'proxy_set_header')
      .filter(({ args: [name = ''] }) => requestHeaderRefusal(name) === null && name.toLowerCase() !== said)
      .map(({ args: [name, value] }) => ({ name, value: read(value) })),
    responseHeaders: directivesNamed(site, 'proxy_hide_header')
      .filter(({ args: [name = ''] }) => !(hasHsts && isHsts(name)))
      .map(({ args: [name] }) => ({
        name,
        value: read(added.get(name)),
      })),
  };
}
