import { closing, rememberedCheck } from './closing.ts';
import type { NginxCapabilities } from './spec.ts';
import { block, type ConfigNode, directive } from './tree.ts';

/** How long a WebSocket may be silent before it is cut, in seconds. */
const SOCKET_SECONDS = 3600;

/** A status that no one answers with, to lead a request on to the location for upgrades. */
const UPGRADE_STATUS = 418;

export interface Proxying {
  /** By what the upstream is asked; without one by `http`. */
  scheme?: 'http' | 'https';
  /** Name of the upstream. */
  upstream: string;
  /** How long the other side may take to accept a connection, between parts of a request, and between parts of its answer. */
  timeouts: { connectSeconds: number; sendSeconds: number; readSeconds: number };
  /** Whether an answer is taken as fast as it comes; else each part goes on at once. */
  buffering: boolean;
  /** Fields to set, over what the client sent; an empty value drops the field. */
  headers: Readonly<Record<string, string>>;
}

/**
 * Everything to an upstream: HTTP/1.1 over kept connections, and WebSockets, with their own patience, by a location of their own: asking there
 * alone what to answer to `Upgrade` spares each other request two maps. No other upgrade is passed on (`h2c` would smuggle requests past the rules).
 * The variables come from `renderBase`.
 * @see https://nginx.org/en/docs/http/ngx_http_proxy_module.html
 * @see https://nginx.org/en/docs/http/websocket.html
 */
export function proxied(
  { scheme = 'http', upstream, timeouts, buffering, headers }: Proxying,
  capabilities: NginxCapabilities,
): ConfigNode[] {
  const pass = [directive('proxy_pass', `${scheme}://${upstream}`)];
  return [
    directive('proxy_http_version', '1.1'),
    ...setHeaders({ ...headers, Upgrade: '', Connection: '' }),
    directive('proxy_connect_timeout', `${timeouts.connectSeconds}s`),
    directive('proxy_send_timeout', `${timeouts.sendSeconds}s`),
    directive('proxy_read_timeout', `${timeouts.readSeconds}s`),
    ...(buffering ? [] : [directive('proxy_buffering', 'off')]),
    directive('proxy_buffer_size', '16k'),
    directive('proxy_buffers', 8, '16k'),
    directive('proxy_busy_buffers_size', '32k'),
    directive('proxy_redirect', 'off'),
    ...passing({ location: ['/'], name: '', pass, headers, timeouts }, capabilities),
  ];
}

/** How requests of some paths go to an upstream. */
export interface Passing extends Pick<Proxying, 'headers' | 'timeouts'> {
  /** The arguments of their location. */
  location: string[];
  /** What tells its named locations from those of others. */
  name: string;
  /** What is done with a request. */
  pass: readonly ConfigNode[];
}

/** The location of some paths, with those beside it for upgrades and for the time of a reload. */
export function passing(
  { location, name, pass, headers, timeouts }: Passing,
  capabilities: NginxCapabilities,
): ConfigNode[] {
  const reloading = closing(pass, capabilities, name);
  const upgrade = `@upgrade${name}`;
  return [
    block(
      'location',
      location,
      ...rememberedCheck(reloading.check),
      directive('error_page', UPGRADE_STATUS, '=', upgrade),
      block('if', ['($http_upgrade)'], directive('return', UPGRADE_STATUS)),
      ...pass,
    ),
    ...reloading.location,
    block(
      'location',
      [upgrade],
      ...setHeaders({ ...headers, Upgrade: '$fairlead_upgrade', Connection: '$fairlead_connection' }),
      directive('proxy_send_timeout', `${Math.max(SOCKET_SECONDS, timeouts.sendSeconds)}s`),
      directive('proxy_read_timeout', `${Math.max(SOCKET_SECONDS, timeouts.readSeconds)}s`),
      ...pass,
    ),
  ];
}

function setHeaders(headers: Readonly<Record<string, string>>): ConfigNode[] {
  return Object.entries(headers).map(([name, value]) => directive('proxy_set_header', name, value));
}
