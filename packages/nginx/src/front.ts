import { access, admitAll, rateZone } from './access.ts';
import { socketAddress } from './address.ts';
import { type Balancing, balancing } from './balancing.ts';
import { hasIpv6 } from './capabilities.ts';
import { accepting, accessLog, idleSeconds, requestMemory } from './connections.ts';
import { finish, type RenderedConfig } from './header.ts';
import { balancerHealth, compression } from './http-front.ts';
import { requestHeaders, responseHeaders } from './http-headers.ts';
import { dollar } from './literal.ts';
import { accessLogPath, frontUpstreamName, nobodyName } from './names.ts';
import { nginxPaths } from './paths.ts';
import { proxied } from './proxying.ts';
import { redirects, restOfPath } from './redirects.ts';
import { routes } from './routes.ts';
import { serverNameArgument } from './server-name.ts';
import { snippet } from './snippet.ts';
import type { FrontSpec, NginxCapabilities } from './spec.ts';
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

/**
 * The app's front on the balancer: an upstream over its backends and the server block of its names, nothing else's.
 * @param spec parsed by `frontSpecSchema`.
 * @param capabilities of the balancer's Nginx.
 * @see https://nginx.org/en/docs/http/request_processing.html
 * @see https://nginx.org/en/docs/http/ngx_http_proxy_module.html
 */
export function renderFront(spec: FrontSpec, capabilities: NginxCapabilities): RenderedConfig {
  const listens = (hasIpv6(capabilities) ? ['0.0.0.0', '::'] : ['0.0.0.0']).map((address) => ({
    address,
    port: spec.listenPort,
  }));
  const listen = listens.map(({ address, port }) =>
    directive('listen', address === '0.0.0.0' ? port : socketAddress(address, port)),
  );
  const method = balancing(spec, capabilities);
  const nodes = [
    ...upstream(spec, method),
    ...(answersItself(spec) ? [] : besideHttp(spec)),
    comment('Stands first so that names which nobody claims never reach the app.'),
    block(
      'server',
      [],
      ...listen,
      directive('server_name', nobodyName(spec.app)),
      directive('server_tokens', 'off'),
      requestMemory(),
      directive('return', 421),
    ),
    block(
      'server',
      [],
      ...listen,
      directive('server_name', ...spec.names.map(serverNameArgument)),
      ...accepting(idleSeconds.client, spec.http.maxBodyBytes, capabilities),
      ...compression(spec.http),
      accessLog(accessLogPath(spec.app, 'front')),
      ...wellKnown(spec),
      ...balancerHealth(spec.http),
      ...answering(spec, method, capabilities),
    ),
  ];
  return finish(spec, nodes, listens);
}

function answering(spec: FrontSpec, method: Balancing, capabilities: NginxCapabilities): ConfigNode[] {
  if (!spec.servers.some(({ down }) => !down)) return [nobodyServes(spec)];
  if (spec.maintenance) return [maintenance(spec)];
  return [
    ...method.answering,
    ...trustProxy(spec.app, spec.http),
    ...access(spec.app, spec.http),
    ...responseHeaders(spec.app, spec.http),
    ...redirects(spec.app, spec.http),
    ...balanced(spec, capabilities),
    ...snippet(spec.http),
  ];
}

/** Whether no request reaches a backend. */
function answersItself({ servers, maintenance }: FrontSpec): boolean {
  return maintenance || !servers.some(({ down }) => !down);
}

/** Variables that the settings of a front need. */
function besideHttp({ app, http }: FrontSpec): ConfigNode[] {
  const texts = [
    ...[...http.requestHeaders, ...http.responseHeaders].map(({ value }) => value),
    ...http.redirects.map(({ to }) => to),
  ];
  return [
    ...dollar(app, texts),
    ...restOfPath(app, http),
    ...rateZone(app, http),
    ...proxyVariables(app, http),
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
 * Scheme and port are written out, as one server block has one of each; behind a trusted proxy they are what that proxy says. The field by which it
 * says who the visitor is names the one who was believed.
 */
function balanced({ app, listenPort, http }: FrontSpec, capabilities: NginxCapabilities): ConfigNode[] {
  const host = listenPort === 80 ? '$host' : `$host:${listenPort}`;
  const said = http.trustedProxy?.field;
  const isSaid = (name: string) => name.toLowerCase() === said?.toLowerCase();
  const isAlreadySet = (name: string) => /^x-(?:real-ip|forwarded-for)$/i.test(name);
  const headers = {
    Host: host,
    'X-Real-IP': '$remote_addr',
    'X-Forwarded-For': '$remote_addr',
    'X-Forwarded-Proto': 'http',
    'X-Forwarded-Port': String(listenPort),
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
    ...proxied({ ...http, upstream: frontUpstreamName(app), headers }, capabilities),
    ...routes(app, http, { headers, timeouts: http.timeouts }, capabilities),
  ];
}
