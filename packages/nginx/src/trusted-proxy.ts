import { canonicalNetwork } from './access-settings.ts';
import type { HttpSettings } from './http-settings.ts';
import { proxyVariableNames } from './names.ts';
import type { Slug } from './spec.ts';
import { block, blocksNamed, type ConfigNode, comment, directive, directivesNamed } from './tree.ts';

/** From here Fairlead looks at an app through its own front. */
const OWN_ADDRESS = '127.0.0.1';
const LIST = /^The networks are those of (\S+)$/;

/**
 * Whether a connection comes from the trusted proxy, and what that proxy says of how the visitor came. By the connection's own address, as
 * `$remote_addr` is the visitor's by then.
 * @see https://nginx.org/en/docs/http/ngx_http_geo_module.html
 */
export function proxyVariables(app: Slug, { trustedProxy }: HttpSettings, hasTls: boolean): ConfigNode[] {
  if (trustedProxy === null) return [];
  const { networks } = trustedProxy;
  const { via, scheme, port } = proxyVariableNames(app);
  const isOwnListed = networks.some(
    (network) => canonicalNetwork(`${OWN_ADDRESS}/${network.split('/')[1] ?? '32'}`) === network,
  );
  return [
    block(
      'geo',
      ['$realip_remote_addr', via],
      directive('default', 'no'),
      ...(isOwnListed ? [] : [directive(OWN_ADDRESS, 'own')]),
      ...networks.map((network) => directive(network, 'yes')),
    ),
    block(
      'map',
      [`${via}:$http_x_forwarded_proto`, scheme],
      directive('default', hasTls ? '$scheme' : 'http'),
      directive('yes:https', 'https'),
    ),
    block('map', [scheme, port], directive('default', 80), directive('https', 443)),
  ];
}

/**
 * Takes the trusted proxy's word about who the visitor is: of a list of addresses the last one that is not the proxy's own.
 * @see https://nginx.org/en/docs/http/ngx_http_realip_module.html
 */
export function trustProxy(app: Slug, { trustedProxy }: HttpSettings): ConfigNode[] {
  if (trustedProxy === null) return [];
  const { networks, field, only, listUrl } = trustedProxy;
  return [
    ...(listUrl === null ? [] : [comment(`The networks are those of ${listUrl}`)]),
    ...networks.map((network) => directive('set_real_ip_from', network)),
    directive('real_ip_header', field),
    directive('real_ip_recursive', 'on'),
    ...(only ? [block('if', [`(${proxyVariableNames(app).via}`, '=', 'no)'], directive('return', 403))] : []),
  ];
}

/** What backends are told of the way that the visitor came, where it is known from the trusted proxy alone. */
export function proxiedHeaders(app: Slug, { trustedProxy }: HttpSettings): Record<string, string> {
  if (trustedProxy === null) return {};
  const { scheme, port } = proxyVariableNames(app);
  return { 'X-Forwarded-Proto': scheme, 'X-Forwarded-Port': port };
}

/** What a file says of a proxy before its front. */
export function readTrustedProxy(site: readonly ConfigNode[]): unknown {
  const field = directivesNamed(site, 'real_ip_header')[0]?.args[0];
  if (field === undefined) return null;
  const remarks = site.flatMap((node) => (node.kind === 'comment' ? [node.text] : []));
  return {
    networks: directivesNamed(site, 'set_real_ip_from').map(({ args }) => args[0]),
    field,
    only: blocksNamed(site, 'if').some(({ args }) => args.at(-1) === 'no)'),
    listUrl: remarks.map((remark) => LIST.exec(remark)?.[1]).find((url) => url !== undefined) ?? null,
  };
}
