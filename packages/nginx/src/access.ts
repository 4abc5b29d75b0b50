import type { HttpSettings } from './http-settings.ts';
import { countedVariableNames, rateZoneName } from './names.ts';
import type { Slug } from './spec.ts';
import { block, type ConfigNode, comment, directive, directivesNamed } from './tree.ts';

/** From here Fairlead looks at an app through its own front. */
const OWN_ADDRESS = '127.0.0.1';
/** Room for the addresses of the last while: 16,000 in each MiB. */
const ZONE_SIZE = '10m';

/**
 * The memory in which a front counts, and for whom: an IPv4 address, of an IPv6 address its first 64 bits, since whoever has one has the rest of them
 * (RFC 4291). `\z` and `(?s)`, as any of its bytes may be a line break.
 * @see https://nginx.org/en/docs/http/ngx_http_limit_req_module.html
 */
export function rateZone(app: Slug, { rateLimit }: HttpSettings): ConfigNode[] {
  if (rateLimit === null) return [];
  const rate = `rate=${rateLimit.requests}r/${rateLimit.per === 'second' ? 's' : 'm'}`;
  const { counted } = countedVariableNames(app);
  return [
    block(
      'map',
      ['$binary_remote_addr', counted],
      directive('default', '$binary_remote_addr'),
      directive('~(?s)^(.{8}).{8}\\z', '$1'),
    ),
    directive('limit_req_zone', counted, `zone=${rateZoneName(app)}:${ZONE_SIZE}`, rate),
  ];
}

/**
 * Who may ask, and how often.
 * @see https://nginx.org/en/docs/http/ngx_http_access_module.html
 */
export function access(app: Slug, { access, rateLimit }: HttpSettings): ConfigNode[] {
  return [
    ...(access.length === 0
      ? []
      : [comment('Fairlead itself looks from here.'), directive('allow', OWN_ADDRESS)]),
    ...access.map(({ action, source }) => directive(action, source)),
    ...(rateLimit === null
      ? []
      : [
          comment('Looked at before a location is chosen by a regular expression, whose $1 would be lost.'),
          directive('set', countedVariableNames(app).kept, countedVariableNames(app).counted),
          directive(
            'limit_req',
            `zone=${rateZoneName(app)}`,
            ...(rateLimit.burst === 0 ? [] : [`burst=${rateLimit.burst}`, 'nodelay']),
          ),
          directive('limit_req_status', 429),
        ]),
  ];
}

/** Whoever checks a domain for a certificate may ask, whatever the rules say. */
export function admitAll({ access }: HttpSettings): ConfigNode[] {
  return access.length === 0 ? [] : [directive('allow', 'all')];
}

/** What a file says of who may ask. */
export function readAccess(nodes: readonly ConfigNode[], site: readonly ConfigNode[]) {
  const rules = site.flatMap((node) =>
    node.kind === 'directive' && (node.name === 'allow' || node.name === 'deny')
      ? [{ action: node.name, source: node.args[0] }]
      : [],
  );
  const [, requests, per] =
    /^rate=([0-9]+)r\/([sm])$/.exec(directivesNamed(nodes, 'limit_req_zone')[0]?.args[2] ?? '') ?? [];
  const limit = directivesNamed(site, 'limit_req')[0];
  const burst = limit?.args.find((arg) => arg.startsWith('burst='))?.slice('burst='.length);
  return {
    access: rules[0]?.source === OWN_ADDRESS ? rules.slice(1) : rules,
    rateLimit:
      limit === undefined
        ? null
        : { requests: Number(requests), per: per === 's' ? 'second' : 'minute', burst: Number(burst ?? 0) },
  };
}
