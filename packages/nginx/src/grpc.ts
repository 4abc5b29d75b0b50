import { hasHttp2, hasHttp2Directive } from './capabilities.ts';
import type { NginxCapabilities } from './spec.ts';
import { block, blocksNamed, type ConfigNode, directive, directivesNamed } from './tree.ts';

/**
 * What Nginx answers by itself, as a status of gRPC: name and number.
 * @see https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
 */
const STATUSES: Readonly<Record<number, readonly [status: number, message: string]>> = {
  403: [7, 'forbidden by the balancer'],
  404: [12, 'not found'],
  413: [8, 'message too large'],
  429: [14, 'too many requests'],
  500: [13, 'internal error'],
  502: [14, 'no backend answers'],
  503: [14, 'no backend serves'],
  504: [14, 'no answer in time'],
};

export interface Grpc {
  /** Paths of services. */
  services: readonly string[];
  /** Where they are asked: name of an upstream that keeps no connections. */
  upstream: string;
  /** `grpcs`: by TLS. */
  scheme: 'grpc' | 'grpcs';
  timeouts: { connectSeconds: number; sendSeconds: number; readSeconds: number };
  headers: Readonly<Record<string, string>>;
  /** What stands in each location beside. */
  more?: readonly ConfigNode[];
}

/**
 * Services of gRPC, by HTTP/2 over a connection for each call: one kept from an earlier call may be closing, and a call that was sent is not sent again.
 * What Nginx has to answer by itself comes as a status of gRPC, without a message.
 * @see https://nginx.org/en/docs/http/ngx_http_grpc_module.html
 */
export function grpcLocations({
  services,
  upstream,
  scheme,
  timeouts,
  headers,
  more = [],
}: Grpc): ConfigNode[] {
  if (services.length === 0) return [];
  return [
    ...services.map((prefix) =>
      block(
        'location',
        ['^~', prefix],
        ...Object.entries(headers).map(([name, value]) => directive('grpc_set_header', name, value)),
        directive('grpc_connect_timeout', `${timeouts.connectSeconds}s`),
        directive('grpc_send_timeout', `${timeouts.sendSeconds}s`),
        directive('grpc_read_timeout', `${timeouts.readSeconds}s`),
        directive('grpc_buffer_size', '16k'),
        directive('grpc_next_upstream', 'error', 'timeout'),
        directive('grpc_next_upstream_tries', 3),
        directive('grpc_next_upstream_timeout', '10s'),
        ...more,
        ...Object.keys(STATUSES).map((status) => directive('error_page', status, '=', `@grpc_${status}`)),
        directive('grpc_pass', `${scheme}://${upstream}`),
      ),
    ),
    ...Object.entries(STATUSES).map(([status, [number, message]]) =>
      block(
        'location',
        [`@grpc_${status}`],
        directive('default_type', 'application/grpc'),
        directive('add_header', 'grpc-status', number),
        directive('add_header', 'grpc-message', message),
        directive('return', 200, ''),
      ),
    ),
  ];
}

/** Services that a server block names. */
export function readGrpc(site: readonly ConfigNode[]): string[] {
  return blocksNamed(site, 'location').flatMap(({ args: [sign, prefix = ''], children }) =>
    sign === '^~' && directivesNamed(children, 'grpc_pass').length > 0 ? [prefix] : [],
  );
}

/** Whether a backend of this Nginx takes gRPC on a port without TLS, where it takes HTTP/1.1 too. */
export function hasPlainGrpc(capabilities: NginxCapabilities): boolean {
  return hasHttp2(capabilities) && hasHttp2Directive(capabilities);
}
