import { hasKeepaliveMinTimeout } from './capabilities.ts';
import { sizeArgument } from './http-front.ts';
import type { NginxCapabilities } from './spec.ts';
import { type ConfigNode, directive } from './tree.ts';

const REQUESTS_PER_CONNECTION = 10_000;

/**
 * One block of memory for a proxied request, where the default of 4k takes two (780 of 26,900 instructions). Nginx takes it from the first server
 * of the port.
 * @see https://nginx.org/en/docs/http/ngx_http_core_module.html#request_pool_size
 */
export function requestMemory(): ConfigNode {
  return directive('request_pool_size', '8k');
}

/**
 * How long a kept connection may idle, in seconds. The side that sends requests gives up first, or a request meets a closing connection:
 * front → backend 50 under the 75 that the backend waits, backend → app 4 under the 5 of Node.js (`server.keepAliveTimeout`).
 */
export const idleSeconds = { client: 65, frontToBackend: 50, backendAccepts: 75, backendToApp: 4 } as const;

/**
 * Limits and kept connections towards whoever asks. From Nginx 1.27.4 on, a reload leaves idle ones open for 10 s, so it loses no request.
 * @param maxBodyBytes the largest request body; the same at the front and at the backend, so that neither surprises the other.
 * @see https://nginx.org/en/docs/http/ngx_http_core_module.html#keepalive_min_timeout
 */
export function accepting(
  seconds: number,
  maxBodyBytes: number,
  capabilities: NginxCapabilities,
): ConfigNode[] {
  return [
    directive('server_tokens', 'off'),
    requestMemory(),
    directive('client_max_body_size', sizeArgument(maxBodyBytes)),
    directive('keepalive_timeout', `${seconds}s`),
    directive('keepalive_requests', REQUESTS_PER_CONNECTION),
    ...(hasKeepaliveMinTimeout(capabilities) ? [directive('keepalive_min_timeout', '10s')] : []),
  ];
}

/**
 * Kept connections to an upstream; `connections` is for each worker process.
 * @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive
 */
export function keepalive(connections: number, seconds: number): ConfigNode[] {
  return [
    directive('keepalive', connections),
    directive('keepalive_timeout', `${seconds}s`),
    directive('keepalive_requests', REQUESTS_PER_CONNECTION),
  ];
}

/** A log written in blocks, at most a second late. @see https://nginx.org/en/docs/http/ngx_http_log_module.html#access_log */
export function accessLog(path: string): ConfigNode {
  return directive('access_log', path, 'fairlead', 'buffer=64k', 'flush=1s');
}
