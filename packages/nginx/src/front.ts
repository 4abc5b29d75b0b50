import { access, admitAll, rateZone } from './access.ts';
import { backendScheme, toBackends } from './backend-tls.ts';
import { type Balancing, balancing } from './balancing.ts';
import { frontUpstream, leading, sides } from './canary.ts';
import { hasIpv6, hasTls } from './capabilities.ts';
import { accepting, accessLog, idleSeconds, requestMemory } from './connections.ts';
import type { FrontSpec } from './front-spec.ts';
import { grpcLocations } from './grpc.ts';
import { finish, type RenderedConfig } from './header.ts';
import { balancerHealth, compression } from './http-front.ts';
import { requestHeaders, responseHeaders } from './http-headers.ts';
import { dollar } from './literal.ts';
import { accessLogPath, grpcUpstreamName, nobodyName } from './names.ts';
import { nginxPaths } from './paths.ts';
import { proxied } from './proxying.ts';
import { redirects, restOfPath } from './redirects.ts';
import { routes } from './routes.ts';
import { serverNameArgument } from './server-name.ts';
import { snippet } from './snippet.ts';
import type { NginxCapabilities } from './spec.ts';
import {
  certificate,
  handshake,
  hstsOverApp,
  httpsAddress,
  listen,
  tlsListenOptions,
  tlsMissing,
} from './tls.ts';
import { block, type ConfigNode, comment, directive } from './tree.ts';
import { proxiedHeaders, proxyVariables, trustProxy } from './trusted-proxy.ts';
import { maintenance, nobodyServes } from './unavailable.ts';
import { upstream } from './upstream.ts';

/** Header fields that say who the client is or what it asked for, in words that this front does not set: a client's own are dropped. */
const FORGEABLE_HEADERS = [
  'CF-Connecting-IP',
  'Client-IP',
  'Fastly-Client-IP',
  'Forwarded',
  'Forwarded-For',
  'Proxy',
  'True-Client-IP',
  'X-Client-IP',
  'X-Cluster-Client-IP',
  'X-Forwarded',
  'X-Forwarded-Prefix',
  'X-Forwarded-Scheme',
  'X-Forwarded-Server',
  'X-Forwarded-Ssl',
  'X-Original-URL',
  'X-Rewrite-URL',
];

/** Ports that addresses leave out. */
const usualPort = { http: 80, https: 443 } as const;

/**
 * The app's front on the balancer: an upstream over its backends and the server blocks of its names, nothing else's.
 * @param spec parsed by `frontSpecSchema`.
 * @param capabilities of the balancer's Nginx.
 * @throws AppError `system-unsupported` for TLS on an Nginx that has it not.
 * @see https://nginx.org/en/docs/http/request_processing.html
 * @see https://nginx.org/en/docs/http/ngx_http_proxy_module.html
 */
export function renderFront(spec: FrontSpec, capabilities: NginxCapabilities): RenderedConfig {
  const addresses = hasIpv6(capabilities) ? ['0.0.0.0', '::'] : ['0.0.0.0'];
  const { tls, backendTls, listenPort, names } = spec;
  const method = balancing(spec, capabilities);
  const plain = addresses.map((address) => listen(address, listenPort));
  const secure =
    tls === undefined
      ? []
      : addresses.map((address) => listen(address, tls.listenPort, ...tlsListenOptions(capabilities)));
  const withoutTls = tls === undefined ? names : names.slice(tls.names.length);
  const site = (way: Way, listens: ConfigNode[], of: readonly string[]) =>
    server(spec, listens, of, capabilities, [
      ...(way.isTls ? [...handshake(capabilities), ...certificate(spec), ...hstsOverApp(spec)] : []),
      ...toBackends(spec),
      ...wellKnown(spec),
      ...balancerHealth(spec.http),
      ...answering(spec, way, method, capabilities),
    ]);
  if ((tls ?? backendTls) !== undefined && !hasTls(capabilities)) throw tlsMissing(capabilities, 'balancer');
  const nodes = [
    ...upstream(spec, method),
    ...sides(spec, capabilities),
    ...(answersItself(spec) ? [] : besideHttp(spec)),
    comment('Stands first so that names which nobody claims never reach the app.'),
    nobody(spec, plain, []),
    ...(tls === undefined
      ? [site({ isTls: false, scheme: 'http', port: listenPort }, plain, names)]
      : [
          nobody(spec, secure, [...handshake(capabilities), directive('ssl_reject_handshake', 'on')]),
          ...(withoutTls.length === 0
            ? []
            : [site({ isTls: false, scheme: 'http', port: listenPort }, plain, withoutTls)]),
          ...(tls.forceHttps
            ? [
                server(spec, plain, tls.names, capabilities, toHttps(spec, tls.listenPort)),
                site({ isTls: true, scheme: 'https', port: tls.listenPort }, secure, tls.names),
              ]
            : [
                site(
                  { isTls: true, scheme: '$scheme', port: '$server_port' },
                  [...plain, ...secure],
                  tls.names,
                ),
              ]),
        ]),
  ];
  const ports = tls === undefined ? [listenPort] : [listenPort, tls.listenPort];
  return finish(
    spec,
    nodes,
    ports.flatMap((port) => addresses.map((address) => ({ address, port }))),
  );
}

/** How visitors of a server block come: both ways where scheme and port are variables. */
interface Way {
  isTls: boolean;
  scheme: 'http' | 'https' | '$scheme';
  port: number | '$server_port';
}

function nobody({ app }: FrontSpec, listens: readonly ConfigNode[], more: readonly ConfigNode[]): ConfigNode {
  return block(
    'server',
    [],
    ...listens,
    directive('server_name', nobodyName(app)),
    directive('server_tokens', 'off'),
    requestMemory(),
    ...more,
    directive('return', 421),
  );
}

function server(
  { app, http }: FrontSpec,
  listens: readonly ConfigNode[],
  names: readonly string[],
  capabilities: NginxCapabilities,
  content: readonly ConfigNode[],
): ConfigNode {
  return block(
    'server',
    [],
    ...listens,
    directive('server_name', ...names.map(serverNameArgument)),
    ...accepting(idleSeconds.client, http.maxBodyBytes, capabilities),
    ...compression(http),
    accessLog(accessLogPath(app, 'front')),
    ...content,
  );
}

/** Without TLS, what has to be so, and for all else the way to HTTPS. */
function toHttps(spec: FrontSpec, port: number): ConfigNode[] {
  return [
    ...wellKnown(spec),
    ...balancerHealth(spec.http),
    block('location', ['/'], directive('return', 308, httpsAddress(port))),
  ];
}

function answering(
  spec: FrontSpec,
  way: Way,
  method: Balancing,
  capabilities: NginxCapabilities,
): ConfigNode[] {
  if (!spec.servers.some(({ down }) => !down)) return [nobodyServes(spec)];
  if (spec.maintenance) return [maintenance(spec)];
  return [
    ...method.answering,
    ...leading(spec),
    ...trustProxy(spec.app, spec.http),
    ...access(spec.app, spec.http),
    ...responseHeaders(spec.app, spec.http),
    ...redirects(spec.app, spec.http),
    ...balanced(spec, way, capabilities),
    ...snippet(spec.http),
  ];
}

/** Whether no request reaches a backend. */
function answersItself({ servers, maintenance }: FrontSpec): boolean {
  return maintenance || !servers.some(({ down }) => !down);
}

/** Variables that the settings of a front need. */
function besideHttp({ app, http, tls }: FrontSpec): ConfigNode[] {
  const texts = [
    ...[...http.requestHeaders, ...http.responseHeaders].map(({ value }) => value),
    ...http.redirects.map(({ to }) => to),
  ];
  return [
    ...dollar(app, texts),
    ...restOfPath(app, http),
    ...rateZone(app, http),
    ...proxyVariables(app, http, tls !== undefined),
  ];
}

function wellKnown({ http }: FrontSpec): ConfigNode[] {
  return [
    block(
      'location',
      ['^~', '/.well-known/acme-challenge/'],
      ...admitAll(http),
      directive('root', nginxPaths.acmeRoot),
      directive('default_type', 'text/plain'),
    ),
    block('location', ['^~', '/.well-known/fairlead/'], directive('return', 404)),
  ];
}

/**
 * Set, never appended: whatever a client says of itself ends here. `$host` is a name that Nginx has checked, `$http_host` would be the client's.
 * Scheme and port are written out where a server block has one of each; behind a trusted proxy they are what that proxy says. The field by which it
 * says who the visitor is names the one who was believed.
 */
function balanced(spec: FrontSpec, { scheme, port }: Way, capabilities: NginxCapabilities): ConfigNode[] {
  const { app, listenPort, tls, backendTls, http } = spec;
  const isUsual =
    scheme === '$scheme' ? listenPort === 80 && tls?.listenPort === 443 : port === usualPort[scheme];
  const host = isUsual ? '$host' : `$host:${port}`;
  const said = http.trustedProxy?.field;
  const isSaid = (name: string) => name.toLowerCase() === said?.toLowerCase();
  const isAlreadySet = (name: string) => /^x-(?:real-ip|forwarded-for)$/i.test(name);
  const headers = {
    Host: host,
    'X-Real-IP': '$remote_addr',
    'X-Forwarded-For': '$remote_addr',
    'X-Forwarded-Proto': scheme,
    'X-Forwarded-Port': String(port),
    'X-Forwarded-Host': host,
    ...proxiedHeaders(app, http),
    ...Object.fromEntries(FORGEABLE_HEADERS.filter((name) => !isSaid(name)).map((name) => [name, ''])),
    ...(said === undefined || isAlreadySet(said) ? {} : { [said]: '$remote_addr' }),
    ...requestHeaders(app, http),
  };
  return [
    // Without `non_idempotent`: a POST that may have arrived is never sent twice.
    directive('proxy_next_upstream', 'error', 'timeout'),
    directive('proxy_next_upstream_tries', 3),
    directive('proxy_next_upstream_timeout', '10s'),
    ...proxied(
      { ...http, scheme: backendScheme(backendTls), upstream: frontUpstream(spec), headers },
      capabilities,
    ),
    ...routes(app, http, { headers, timeouts: http.timeouts }, capabilities),
    ...grpcLocations({
      services: http.grpc,
      upstream: grpcUpstreamName(app),
      scheme: backendTls === undefined ? 'grpc' : 'grpcs',
      timeouts: http.timeouts,
      headers,
      more: toBackends({ app, backendTls }, 'grpc'),
    }),
  ];
}
