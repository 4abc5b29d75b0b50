import type { BackendPorts } from './backend/ports.ts';
import type { HostedSettings } from './hosted-database/environment.ts';
import type { RedisSettings } from './redis/settings.ts';

/** The columns that decide what should be where; rows of Prisma fit. */
export interface DesiredApp {
  slug: string;
  slot: number;
  runtime: string;
  documentRoot: string | null;
  port: number;
  domains: string[];
  primaryServerId: string;
  databaseEngine: string;
  databaseName: string | null;
  databaseUser: string | null;
  /** Read by `databaseLogins`, as the four after it. */
  databaseTurn?: number;
  databaseTls?: boolean;
  databaseFormerPasswordCipher?: string | null;
  databaseFormerTls?: boolean;
  /** The database elsewhere that it uses instead of one of Fairlead's. */
  hostedDatabase?: HostedSettings | null;
  /** Its Redis on the primary. */
  redis?: RedisSettings | null;
  removing: boolean;
}

export interface DesiredLoadBalancer {
  balancerServerId: string;
  /** Serves too, while visitors are led over to it. */
  successorServerId: string | null;
  /** Served before, and may still ask the backends until it is taken out of service. */
  formerServerId: string | null;
  enabled: boolean;
  maintenance: boolean;
  method: string;
  hashKey: string;
  stickyCookie: string;
  /** Read by `frontCanaryOf`. */
  canary?: unknown;
  /** Read by `httpOf`. */
  http: unknown;
  /** Read by `streamsOf`. */
  streams: unknown;
  /** Read by `tlsOf`. */
  tls?: unknown;
  /** What the front shows, if there is one yet. */
  certificate?: DesiredCertificate | null;
  /** Read by `backendTlsOf`. */
  backendTls?: unknown;
  /** Read by `openWays`. */
  backendWay?: string;
  /** What goes with TLS to the backends; none yet where they do not speak it. */
  backendCertificates?: DesiredBackendCertificates | null;
  generation: number;
}

export interface DesiredCertificate {
  sha256: string;
  names: string[];
  ocspUrl: string | null;
}

export interface DesiredBackendCertificates {
  authority: { sha256: string };
  backends: readonly { backendId: string; sha256: string }[];
}

export interface DesiredBackend extends BackendPorts {
  id: string;
  serverId: string;
  role: string;
  desired: string;
  state: string;
  address: string;
  weight: number;
  maxFails: number;
  failTimeoutSeconds: number;
  maxConns: number;
  backup: boolean;
  drain: boolean;
  /** Why it is given nothing though it is enabled. */
  heldBack?: string | null;
  /** Has the canary that the load balancer leads a share of the visitors to. */
  canary?: boolean;
  slowStartPercent: number;
  colour: string | null;
  releaseId: string | null;
}

export interface DesiredServer {
  id: string;
  ipAddress: string | null;
  privateAddress: string | null;
}
