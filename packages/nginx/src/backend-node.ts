import type { BackendPatience } from './backend-spec.ts';
import { idleSeconds, keepalive } from './connections.ts';
import { grpcLocations } from './grpc.ts';
import { localGrpcUpstreamName, localUpstreamName } from './names.ts';
import { proxied } from './proxying.ts';
import type { NginxCapabilities, Port, Slug } from './spec.ts';
import { block, type ConfigNode, directive } from './tree.ts';

/** The app's own process on this machine, over kept connections that end before Node.js would end them. */
export function nodeUpstream(app: Slug, port: Port): ConfigNode[] {
  return [
    block(
      'upstream',
      [localUpstreamName(app)],
      directive('server', `127.0.0.1:${port}`, 'max_fails=0'),
      ...keepalive(64, idleSeconds.backendToApp),
    ),
  ];
}

/** The same for its gRPC services, over a connection for each call. */
export function grpcUpstream(app: Slug, port: Port): ConfigNode[] {
  return [
    block('upstream', [localGrpcUpstreamName(app)], directive('server', `127.0.0.1:${port}`, 'max_fails=0')),
  ];
}

/** Everything to the process; what the balancer said of the client (`X-Forwarded-Proto`, `-Port`, `-Host`) goes on as it came. */
export function nodeSite(
  app: Slug,
  { buffering, ...patience }: BackendPatience,
  services: readonly string[],
  capabilities: NginxCapabilities,
): ConfigNode[] {
  const timeouts = { ...patience, connectSeconds: 5 };
  const headers = { Host: '$http_host', 'X-Real-IP': '$remote_addr', 'X-Forwarded-For': '$remote_addr' };
  return [
    // An app that streams says so by this header, and the balancer's Nginx has to hear it too.
    directive('proxy_pass_header', 'X-Accel-Buffering'),
    ...proxied({ upstream: localUpstreamName(app), timeouts, buffering, headers }, capabilities),
    ...grpcLocations({ services, upstream: localGrpcUpstreamName(app), scheme: 'grpc', timeouts, headers }),
  ];
}
