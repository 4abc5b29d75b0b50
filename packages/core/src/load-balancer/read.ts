import type { HttpSettings, StreamSettings } from '@fairlead/nginx';
import { appInput } from '../app/schemas.ts';
import { authorize } from '../authorize.ts';
import { type BackendView, viewBackends } from '../backend/view.ts';
import type { UseCase } from '../context.ts';
import { type Fleet, loadFleet } from '../fleet.ts';
import { parseInput } from '../input.ts';
import { isActive } from '../operation/active.ts';
import { type OperationView, operationInclude, viewOperations } from '../operation/view.ts';
import { found, isoOf, tenant } from '../tenant.ts';
import { type BackendTlsView, viewBackendTls } from './backend-tls-view.ts';
import { httpOf } from './http-of.ts';
import { methodRefusal } from './method-refusal.ts';
import { type Method, methods } from './methods.ts';
import { type Neighbour, neighboursOf } from './neighbours.ts';
import { slowStartRefusal } from './slow-start.ts';
import { type LoadBalancerStatus, loadBalancerStatus } from './status.ts';
import { streamsRefusal } from './stream-change.ts';
import { streamsOf } from './streams-of.ts';
import { type TlsView, viewTls } from './tls-view.ts';

export interface LoadBalancerView {
  id: string;
  appId: string;
  enabled: boolean;
  maintenance: boolean;
  status: LoadBalancerStatus;
  method: Method;
  hashKey: string;
  stickyCookie: string;
  /** Over how long a backend that comes back climbs to its weight; 0: at once. */
  slowStartSeconds: number;
  /** Why backends can't come back by steps with this method, if they can't. */
  slowStartRefusal: string | null;
  /** What the front does with requests. */
  http: HttpSettings;
  /** When the list of the trusted proxy's networks was read last, and why it was not taken, if it was not; null where there is no list. */
  networkList: { checkedAt: string | null; fault: string | null } | null;
  /** TCP ports that it shares out beside. */
  streams: StreamSettings[];
  /** Why it can have none now; null where it can. */
  streamsRefusal: string | null;
  /** How the front speaks TLS. */
  tls: TlsView;
  /** How the backends are asked. */
  backendTls: BackendTlsView;
  /** Other apps of this balancer, which routes may lead to. */
  routeTargets: Neighbour[];
  /** Every method, and why this balancer can't use it now; null where it can. */
  methods: { method: Method; refusal: string | null }[];
  balancerServer: { id: string; name: string; address: string };
  /** Set while the balancer moves to another server, or is being taken out of service on one. */
  move: MoveView | null;
  acknowledgedChecks: string[];
  generation: number;
  observedGeneration: number;
  observedHash: string | null;
  observedAt: string | null;
  backends: BackendView[];
  healthyBackends: number;
  enabledBackends: number;
  activeOperation: OperationView | null;
}

export interface MoveView {
  /** Serves beside the balancer, and is to take its place; null once it has. */
  successor: { id: string; name: string; address: string; observedGeneration: number | null } | null;
  /** Has to be taken out of service still. */
  former: { id: string; name: string; address: string } | null;
}

function viewMove({ loadBalancer, servers }: Fleet): MoveView | null {
  const { successorServerId, successorGeneration, formerServerId } = loadBalancer;
  if (successorServerId === null && formerServerId === null) return null;
  const view = (id: string | null) => {
    const server = servers.find((known) => known.id === id);
    return server === undefined ? null : { id: server.id, name: server.name, address: server.address };
  };
  const successor = view(successorServerId);
  return {
    successor: successor === null ? null : { ...successor, observedGeneration: successorGeneration },
    former: view(formerServerId),
  };
}

/** The balancer of an app, what is desired and what was seen. */
export const readLoadBalancer: UseCase<unknown, LoadBalancerView> = async (ctx, actor, input) => {
  authorize(actor, 'load-balancer.read');
  const { appId } = parseInput(appInput, input);
  const db = tenant(ctx, actor);
  const fleet = await loadFleet(db, appId);
  const { loadBalancer } = fleet;
  const balancer = found(
    fleet.servers.find((server) => server.id === loadBalancer.balancerServerId) ?? null,
    'server',
  );
  const backends = await viewBackends(db, fleet);
  const active = await db.operation.findMany({
    where: { appId, ...isActive },
    orderBy: { id: 'asc' },
    take: 1,
    include: operationInclude,
  });
  const order = await db.certificateOrder.findUnique({ where: { appId } });
  const enabled = backends.filter((backend) => backend.inUpstream === 'up');
  return {
    id: loadBalancer.id,
    appId,
    enabled: loadBalancer.enabled,
    maintenance: loadBalancer.maintenance,
    status: loadBalancerStatus.parse(loadBalancer.status),
    method: loadBalancer.method as Method,
    hashKey: loadBalancer.hashKey,
    stickyCookie: loadBalancer.stickyCookie,
    slowStartSeconds: loadBalancer.slowStartSeconds,
    slowStartRefusal: slowStartRefusal(balancer, loadBalancer.method as Method),
    http: httpOf(loadBalancer),
    networkList: httpOf(loadBalancer).trustedProxy?.listUrl
      ? { checkedAt: isoOf(loadBalancer.networksCheckedAt), fault: loadBalancer.networksFault }
      : null,
    streams: streamsOf(loadBalancer),
    streamsRefusal: streamsRefusal(fleet),
    tls: viewTls(fleet, order, ctx.clock()),
    backendTls: viewBackendTls(fleet),
    routeTargets: await neighboursOf(db, fleet),
    methods: methods.map((method) => ({ method, refusal: methodRefusal(fleet, method) })),
    balancerServer: { id: balancer.id, name: balancer.name, address: balancer.address },
    move: viewMove(fleet),
    acknowledgedChecks: loadBalancer.acknowledgedChecks,
    generation: loadBalancer.generation,
    observedGeneration: loadBalancer.observedGeneration,
    observedHash: loadBalancer.observedHash,
    observedAt: isoOf(loadBalancer.observedAt),
    backends,
    healthyBackends: enabled.filter((backend) => backend.health === 'healthy').length,
    enabledBackends: enabled.length,
    activeOperation: (await viewOperations(db, active))[0] ?? null,
  };
};
