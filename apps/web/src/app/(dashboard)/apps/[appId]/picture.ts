import type { App, Backend, LoadBalancer } from '@fairlead/api/types';
import { stateLook, type Tone } from '@fairlead/ui';
import { formatLatency, formatSocket } from '../../../../parts/units.ts';

/** One backend as the picture shows it. */
export interface PictureBackend {
  id: string;
  serverId: string;
  name: string;
  address: string;
  port: number;
  /** The state of most weight: what is being done to it, else its health. */
  state: string;
  tone: Tone;
  /** Why it is so, in words. */
  reason: string | null;
  /** `3.2 ms`; null without a measurement. */
  latency: string | null;
  /** Whether requests go there now. */
  serving: boolean;
  primary: boolean;
}

export interface Picture {
  backends: PictureBackend[];
  database: { name: string; server: string; address: string } | null;
  /** All of it in sentences, for those who do not see it. */
  words: string;
}

const engineNames = { postgresql: 'PostgreSQL', mariadb: 'MariaDB', none: '' };

function stateOf(backend: Backend): string {
  if (backend.state === 'active') return backend.health === 'deploying' ? 'deploying' : backend.health;
  return backend.state;
}

function toBackend(backend: Backend): PictureBackend {
  const state = stateOf(backend);
  return {
    id: backend.id,
    serverId: backend.server.id,
    name: backend.server.name,
    address: backend.address,
    port: backend.port,
    state,
    tone: stateLook(state).tone,
    reason: backend.healthReason,
    latency: backend.healthLatencyMs === null ? null : formatLatency(backend.healthLatencyMs),
    serving: backend.inUpstream === 'up',
    primary: backend.role === 'primary',
  };
}

function describe(backend: PictureBackend): string {
  const parts = [`${backend.name} at ${backend.address} is ${stateLook(backend.state).word.toLowerCase()}`];
  if (backend.reason) parts.push(`because: ${backend.reason}`);
  if (backend.latency) parts.push(`and answered in ${backend.latency}`);
  if (!backend.serving) parts.push('and is given no requests');
  return `${parts.join(', ')}.`;
}

/** What the balancer, its backends and the database look like now. */
export function pictureOf(app: App, balancer: LoadBalancer): Picture {
  const backends = balancer.backends.map(toBackend);
  const { engine, host, port } = app.database;
  const database =
    engine === 'none'
      ? null
      : {
          name: engineNames[engine],
          server: app.primaryServer.name,
          address: formatSocket(host ?? app.primaryServer.address, port ?? ''),
        };
  const words = [
    `Clients reach ${balancer.balancerServer.name} at ${balancer.balancerServer.address}, which is the balancer.`,
    ...backends.map(describe),
    database ? `They share ${database.name} on ${database.server} at ${database.address}.` : '',
  ];
  return { backends, database, words: words.filter(Boolean).join(' ') };
}
