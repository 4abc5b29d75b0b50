import { AppError } from '@fairlead/errors';
import { socketAddress } from './address.ts';
import { hasIpv6, hasStream, hasStreamServerNames } from './capabilities.ts';
import { accessLog } from './connections.ts';
import { finish, type RenderedConfig } from './header.ts';
import { accessLogPath, streamNameVariable, streamUpstreamName } from './names.ts';
import { serverNameArgument } from './server-name.ts';
import type { NginxCapabilities } from './spec.ts';
import { type StreamSettings, streamAllowsBackup } from './stream-settings.ts';
import type { StreamServer, StreamSpec } from './stream-spec.ts';
import { block, type ConfigNode, comment, directive } from './tree.ts';
import { serverParameters, zoneSize } from './upstream.ts';

/** A client that asks for a name says it at once; one that says nothing for so long is no client. */
const PREREAD_SECONDS = 10;

/**
 * The streams of an app on the balancer: for each an upstream over the app's backends, for each listening port one server.
 * @param spec parsed by `streamSpecSchema`.
 * @throws AppError `system-unsupported` where Nginx has no `stream`.
 * @see https://nginx.org/en/docs/stream/stream_processing.html
 * @see https://nginx.org/en/docs/stream/ngx_stream_proxy_module.html
 */
export function renderStreams(spec: StreamSpec, capabilities: NginxCapabilities): RenderedConfig {
  if (!hasStream(capabilities)) throw streamMissing();
  const ports = [...new Set(spec.streams.map(({ listenPort }) => listenPort))];
  const wildcards = hasIpv6(capabilities) ? ['0.0.0.0', '::'] : ['0.0.0.0'];
  const listens = ports.flatMap((port) => wildcards.map((address) => ({ address, port })));
  const nodes = [
    ...spec.streams.map((stream) => upstream(spec, stream)),
    ...ports.flatMap((port) => {
      const streams = spec.streams.filter(({ listenPort }) => listenPort === port);
      return listener(spec, port, streams, wildcards, capabilities);
    }),
  ];
  return finish(spec, nodes, listens);
}

function upstream({ app, servers }: StreamSpec, stream: StreamSettings): ConfigNode {
  const name = streamUpstreamName(app, stream.name);
  return block(
    'upstream',
    [name],
    directive('zone', name, zoneSize(servers.length)),
    ...method(stream),
    ...servers.map((server) => upstreamServer(server, stream)),
  );
}

/** @see https://nginx.org/en/docs/stream/ngx_stream_upstream_module.html */
function method({ method }: StreamSettings): ConfigNode[] {
  switch (method) {
    case 'round_robin':
      return [];
    case 'least_conn':
      return [directive('least_conn')];
    case 'hash':
      return [directive('hash', '$remote_addr', 'consistent')];
    case 'random':
      return [directive('random', 'two', 'least_conn')];
  }
}

function upstreamServer(server: StreamServer, { backendPort, maxConns, method }: StreamSettings): ConfigNode {
  const backup = server.backup && streamAllowsBackup(method);
  return directive(
    'server',
    socketAddress(server.address, backendPort),
    ...serverParameters({ ...server, backup, maxConns, drain: false }),
  );
}

/** Streams of one port have the settings of a server in common, as their schema sees to. */
function listener(
  { app }: StreamSpec,
  port: number,
  streams: readonly StreamSettings[],
  wildcards: readonly string[],
  capabilities: NginxCapabilities,
): ConfigNode[] {
  const [first] = streams;
  if (first === undefined) return [];
  const hasNames = first.serverNames.length > 0;
  const variable = streamNameVariable(app, port);
  const isFromProxy = first.proxyProtocolFrom.length > 0;
  const server = block(
    'server',
    [],
    ...wildcards.map((address) =>
      directive(
        'listen',
        address === '0.0.0.0' ? port : socketAddress(address, port),
        ...(isFromProxy ? ['proxy_protocol'] : []),
      ),
    ),
    ...(hasNames ? byName(streams, capabilities) : []),
    ...first.proxyProtocolFrom.map((source) => directive('set_real_ip_from', source)),
    ...first.allowFrom.map((source) => directive('allow', source)),
    ...(first.allowFrom.length > 0 ? [directive('deny', 'all')] : []),
    accessLog(accessLogPath(app, 'stream')),
    directive('proxy_connect_timeout', `${first.connectTimeoutSeconds}s`),
    directive('proxy_timeout', `${first.idleTimeoutSeconds}s`),
    directive('proxy_next_upstream_tries', 3),
    directive('proxy_next_upstream_timeout', '10s'),
    directive('proxy_socket_keepalive', 'on'),
    ...(first.proxyProtocolOut ? [directive('proxy_protocol', 'on')] : []),
    directive('proxy_pass', hasNames ? variable : streamUpstreamName(app, first.name)),
  );
  return hasNames ? [...names(app, variable, streams), server] : [server];
}

function byName(streams: readonly StreamSettings[], capabilities: NginxCapabilities): ConfigNode[] {
  const all = streams.flatMap(({ serverNames }) => serverNames);
  return [
    // Other apps may have servers of their own on this port.
    ...(hasStreamServerNames(capabilities) ? [directive('server_name', ...all.map(serverNameArgument))] : []),
    directive('ssl_preread', 'on'),
    directive('preread_timeout', `${PREREAD_SECONDS}s`),
  ];
}

/** Which upstream a name means. @see https://nginx.org/en/docs/stream/ngx_stream_map_module.html */
function names(app: StreamSpec['app'], variable: string, streams: readonly StreamSettings[]): ConfigNode[] {
  return [
    comment('A name that is not here leads nowhere: the connection is closed.'),
    block(
      'map',
      ['$ssl_preread_server_name', variable],
      directive('default', ''),
      ...streams.flatMap((stream) =>
        stream.serverNames.map((name) =>
          directive(serverNameArgument(name).replace(/^~\^/, '~*^'), streamUpstreamName(app, stream.name)),
        ),
      ),
    ),
  ];
}

function streamMissing(): AppError {
  return new AppError('system-unsupported', 'The balancer’s Nginx has no module for TCP streams.', {
    hint: 'Prepare the server again: that installs libnginx-mod-stream.',
  });
}
