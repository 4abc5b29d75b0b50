import { socketAddress } from './address.ts';
import type { BackendGrpcSpec } from './backend-spec.ts';
import { certificateOfBackend } from './backend-tls.ts';
import { accessLog } from './connections.ts';
import { finish, type RenderedConfig } from './header.ts';
import { accessLogPath, grpcSessionZone } from './names.ts';
import { tlsSettings } from './tls.ts';
import { block, directive } from './tree.ts';

/**
 * TLS that ends before the app's own process, which speaks HTTP/2 with the front itself. Nginx's HTTP server can not stand between them: at a reload it
 * closes connections that have shaken hands and not asked yet, and others with their answer; the front's Nginx takes both for a call that failed, and sends
 * none again (docs/adr/0030). A connection of `stream` goes on until one of its sides ends it.
 * @param spec parsed by `backendGrpcSpecSchema`; for a backend whose Nginx reads streams.
 * @see https://nginx.org/en/docs/stream/ngx_stream_ssl_module.html
 */
export function renderBackendGrpc(spec: BackendGrpcSpec): RenderedConfig {
  const { app, listenAddress, listenPort, certificate, balancerAddresses, processPort, idleSeconds } = spec;
  const admitted = [...new Set([...balancerAddresses, listenAddress, '127.0.0.1'])];
  const server = block(
    'server',
    [],
    directive('listen', socketAddress(listenAddress, listenPort), 'ssl'),
    ...tlsSettings(grpcSessionZone),
    ...certificateOfBackend(app, certificate),
    ...admitted.map((address) => directive('allow', address)),
    directive('deny', 'all'),
    accessLog(accessLogPath(app, 'grpc')),
    directive('proxy_connect_timeout', '5s'),
    directive('proxy_timeout', `${idleSeconds}s`),
    directive('proxy_pass', socketAddress('127.0.0.1', processPort)),
  );
  return finish(spec, [server], [{ address: listenAddress, port: listenPort }]);
}
