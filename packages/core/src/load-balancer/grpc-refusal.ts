import { capabilitiesOf, hasHttp2, hasPlainGrpc, hasStream } from '@fairlead/nginx';
import { hasProcess } from '../app/runtimes.ts';
import { openWays, servedWay, wantedWay } from '../backend/ways.ts';
import { isProven } from '../desired.ts';
import type { Fleet } from '../fleet.ts';
import { factsOf } from '../server/facts.ts';
import { httpOf } from './http-of.ts';
import { capabilitiesOfServer } from './plan-files.ts';

/** Why an app's services of gRPC could not be asked on the way from its balancer to its process; null where they can, and where there are none. */
export function grpcRefusal({ app, loadBalancer, backends, servers }: Fleet): string | null {
  if (httpOf(loadBalancer).grpc.length === 0) return null;
  if (!hasProcess(app.runtime)) return 'Services of gRPC are of apps that run as a process of their own.';
  const namesOf = (ids: readonly string[], can: typeof hasHttp2) =>
    servers
      .filter((server) => ids.includes(server.id) && !can(capabilitiesOfServer(server)))
      .map(({ name }) => name)
      .join(', ');
  const ids = backends.filter(({ desired }) => desired !== 'removed').map(({ serverId }) => serverId);
  const balancers = [loadBalancer.balancerServerId, loadBalancer.successorServerId].filter(
    (id) => id !== null,
  );
  const without = namesOf([...ids, ...balancers], hasHttp2);
  if (without !== '') return `The Nginx of ${without} has no HTTP/2, by which gRPC goes.`;
  const isTls = openWays(loadBalancer).includes('tls') || wantedWay(loadBalancer) === 'tls';
  const serving = backends.filter(isProven).map(({ serverId }) => serverId);
  const deaf = isTls ? servers.filter(({ id, facts }) => serving.includes(id) && !readsStreams(facts)) : [];
  if (deaf.length > 0) {
    const names = deaf.map(({ name }) => name).join(', ');
    return `The Nginx of ${names} does not read TCP streams, by which calls of gRPC come to a process by TLS. Prepare the server again; where its Nginx has a stream block of its own, see docs/layer-4.md.`;
  }
  const isPlain = servedWay(loadBalancer) === 'plain' || wantedWay(loadBalancer) === 'plain';
  const old = isPlain ? namesOf(ids, hasPlainGrpc) : '';
  return old === ''
    ? null
    : `The Nginx of ${old} takes gRPC beside HTTP/1.1 by TLS alone, before 1.25.1: encrypt traffic to the backends first, and keep it so.`;
}

/** Of a server that was never looked at, what preparing it brings. */
function readsStreams(value: unknown): boolean {
  const nginx = factsOf(value)?.nginx ?? null;
  return nginx === null || (hasStream(capabilitiesOf(nginx)) && nginx.readsStreams === true);
}
