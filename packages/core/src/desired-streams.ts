import { type StreamSpec, streamAllowsBackup, streamSpecSchema } from '@fairlead/nginx';
import { grpcPort, takesGrpcByTls, type WayColumns } from './backend/ways.ts';
import type { DesiredApp, DesiredLoadBalancer } from './desired-input.ts';
import type { UpstreamPlace } from './desired-nginx.ts';
import { streamsOf } from './load-balancer/streams-of.ts';

/**
 * The app's TCP streams on its balancer, over the same backends as its front; null where it has none, and where no backend has a place yet, as Nginx takes
 * no empty upstream.
 */
export function streamSpec(
  app: DesiredApp,
  loadBalancer: DesiredLoadBalancer,
  backends: readonly UpstreamPlace[],
): StreamSpec | null {
  const streams = streamsOf(loadBalancer);
  const places = backends.filter(({ inUpstream }) => inUpstream !== 'absent');
  if (streams.length === 0 || places.length === 0) return null;
  const mayStandBy =
    streams.some(({ method }) => streamAllowsBackup(method)) && places.some(({ backup }) => !backup);
  return streamSpecSchema.parse({
    kind: 'stream',
    app: app.slug,
    generation: Math.max(1, loadBalancer.generation),
    streams,
    servers: places.map(({ address, inUpstream, weight, maxFails, failTimeoutSeconds, backup }) => ({
      address,
      down: inUpstream === 'down',
      ...(loadBalancer.enabled ? { weight, maxFails, failTimeoutSeconds, backup: backup && mayStandBy } : {}),
    })),
  });
}

/** Ports of the backends that the balancer leads to beside their sites, each once: of its streams, and of calls of gRPC by TLS. */
export function sidePorts(
  app: { slot: number; runtime: string },
  loadBalancer: WayColumns & { streams: unknown; http: unknown },
): number[] {
  const ofStreams = streamsOf(loadBalancer).map(({ backendPort }) => backendPort);
  return [...new Set([...ofStreams, ...(takesGrpcByTls(app, loadBalancer) ? [grpcPort(app)] : [])])];
}
