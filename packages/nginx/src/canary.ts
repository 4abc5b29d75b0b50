import { canaryCookieSeconds } from './canary-settings.ts';
import { hasSticky } from './capabilities.ts';
import type { FrontSpec } from './front-spec.ts';
import {
  canaryLogFormat,
  canaryLogPath,
  canaryUpstreamName,
  canaryVariableNames,
  frontUpstreamName,
  secureVariableName,
} from './names.ts';
import type { NginxCapabilities, Slug } from './spec.ts';
import { isHttpsAlone } from './tls.ts';
import { block, blocksNamed, type ConfigNode, directive } from './tree.ts';
import { readServers } from './upstream.ts';

/** What the log tells of a request: when it ended, whom it went to, what those answered, and how long each took to begin its answer. Nothing of the visitor. */
const LOG_LINE = '$msec|$upstream_addr|$upstream_status|$upstream_header_time';

/** A visitor's number: 32 hex digits that the front gave out, and nothing else that a client may write. */
const NUMBER = '~^[0-9a-f]{32}$';
const CHOICES = '/.well-known/fairlead/canary/';

/** Where requests of this front go: the name of the upstream, or of the variable that holds it. */
export function frontUpstream({ app, canary }: FrontSpec): string {
  return canary === undefined ? frontUpstreamName(app) : canaryVariableNames(app).side;
}

/**
 * Beside the upstreams: which of them each visitor is led to. Who has no number yet is given one in a cookie, and the numbers are parted by a hash with the
 * deployment's number in it, so that a visitor stays where he is, and the next canary meets others. `always` and `never` in the cookie choose a side.
 * @see https://nginx.org/en/docs/http/ngx_http_split_clients_module.html
 */
export function sides(spec: FrontSpec, capabilities: NginxCapabilities): ConfigNode[] {
  const { app, canary } = spec;
  if (canary === undefined) return [];
  const { number, keep, share, side } = canaryVariableNames(app);
  const [stable, chosen] = [frontUpstreamName(app), canaryUpstreamName(app)];
  const sent = `$cookie_${canary.cookie}`;
  const parted = [
    block('map', [sent, number], directive(NUMBER, sent), directive('default', '$request_id')),
    block(
      'map',
      [sent, keep],
      directive(NUMBER, ''),
      directive('always', ''),
      directive('never', ''),
      directive('default', cookie(spec, '$request_id')),
    ),
    block(
      'split_clients',
      [`${canary.salt}.${number}`, share],
      directive(`${canary.percent}%`, chosen),
      directive('*', stable),
    ),
  ];
  return [
    ...(canary.percent === 0 ? [] : parted),
    block(
      'map',
      [sent, side],
      directive('always', chosen),
      directive('never', stable),
      directive('default', canary.percent === 0 ? stable : share),
    ),
    ...(isMixed(spec) && !hasSecureVariable(spec, capabilities)
      ? [
          block(
            'map',
            ['$scheme', secureVariableName(app)],
            directive('default', ''),
            directive('https', '; Secure'),
          ),
        ]
      : []),
    directive('log_format', canaryLogFormat(app), LOG_LINE),
  ];
}

/** In the server blocks that lead to backends: the visitor's number, two addresses at which a tester takes a side, and the log that both sides are compared by. */
export function leading(spec: FrontSpec): ConfigNode[] {
  const { app, canary } = spec;
  if (canary === undefined) return [];
  const choice = (value: string) =>
    block(
      'location',
      ['=', CHOICES + value],
      directive('absolute_redirect', 'off'),
      directive('add_header', 'Set-Cookie', cookie(spec, value), 'always'),
      directive('add_header', 'Cache-Control', 'no-store', 'always'),
      directive('return', 303, '/'),
    );
  return [
    directive('access_log', canaryLogPath(app), canaryLogFormat(app), 'buffer=16k', 'flush=1s'),
    ...(canary.percent === 0
      ? []
      : [directive('add_header', 'Set-Cookie', canaryVariableNames(app).keep, 'always')]),
    choice('always'),
    choice('never'),
  ];
}

/** The canary that a front's file states; undefined for none. */
export function readCanary(app: Slug, nodes: readonly ConfigNode[]): Record<string, unknown> | undefined {
  const pool = blocksNamed(nodes, 'upstream').find(({ args: [name] }) => name === canaryUpstreamName(app));
  const { side: variable } = canaryVariableNames(app);
  const side = blocksNamed(nodes, 'map').find(({ args: [, name] }) => name === variable);
  if (pool === undefined || side === undefined) return undefined;
  const [parted] = blocksNamed(nodes, 'split_clients');
  const share = parted?.children.find((node) => node.kind === 'directive' && node.name.endsWith('%'));
  const [salt] = parted?.args[0]?.split('.') ?? [];
  return {
    cookie: side.args[0]?.replace(/^\$cookie_/, ''),
    percent: share?.kind === 'directive' ? Number(share.name.slice(0, -1)) : 0,
    salt: salt === undefined ? 0 : Number(salt),
    servers: readServers(pool.children).filter(({ backup }) => !backup),
  };
}

/** For TLS alone where nobody comes without; a visitor by plain HTTP would never send such a one back. */
function cookie(spec: FrontSpec, value: string): string {
  const name = spec.canary?.cookie ?? '';
  const secure = isMixed(spec) ? secureVariableName(spec.app) : isHttpsAlone(spec) ? '; Secure' : '';
  return `${name}=${value}; Path=/; Max-Age=${canaryCookieSeconds}; HttpOnly; SameSite=Lax${secure}`;
}

function isMixed(spec: FrontSpec): boolean {
  return spec.tls !== undefined && !isHttpsAlone(spec);
}

/** The sticky cookie of an older Nginx brings the same variable along. */
function hasSecureVariable({ method }: FrontSpec, capabilities: NginxCapabilities): boolean {
  return method === 'sticky' && !hasSticky(capabilities);
}
