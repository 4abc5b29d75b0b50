'use client';
import type { Backend, LoadBalancer, Plan, Process } from '@fairlead/api/types';
import type { BackendTlsChange, HttpChange, SetRedisBody, TlsChange } from '@fairlead/core/schemas';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { request } from '../data/request.ts';

type Change = Partial<Balancing> & {
  slowStartSeconds?: number;
  http?: HttpChange;
  streams?: LoadBalancer['streams'];
  tls?: TlsChange;
  backendTls?: BackendTlsChange;
};
type Balancing = Pick<LoadBalancer, 'method'> & Partial<Pick<LoadBalancer, 'hashKey' | 'stickyCookie'>>;
type Options = Partial<
  Pick<Backend, 'weight' | 'maxFails' | 'failTimeoutSeconds' | 'maxConns' | 'backup' | 'drain'> & {
    port: number | null;
  }
>;

/** The change whose plan is asked for: the same fields as the change itself. */
export type Intent =
  | ({ action: 'enable'; serverIds: string[] } & Balancing)
  | { action: 'add'; serverId: string }
  | { action: 'toggle'; backendId: string; enabled: boolean }
  | { action: 'remove'; backendId: string; abandon: boolean }
  | ({ action: 'configure'; backendId: string } & Options)
  | ({ action: 'change' } & Change)
  | { action: 'maintenance'; enabled: boolean }
  | { action: 'move'; serverId: string }
  | { action: 'finish-move'; abandon: boolean }
  | { action: 'adopt'; driftId: string }
  | { action: 'import'; path: string; sha256: string }
  | { action: 'restore'; generation: number }
  | { action: 'disable' }
  | CanaryIntent
  | DatabaseIntent
  | ProcessIntent;

/** The end of a deployment's canary. */
type CanaryIntent = { action: 'promote' | 'abort'; deploymentId: string };

/** A change of the app's database. */
type DatabaseIntent =
  | { action: 'rotate'; tls?: boolean }
  | ({ action: 'set-redis' } & SetRedisBody)
  | { action: 'rotate-redis' | 'remove-redis' };
/** A change of what runs beside its web process. */
type ProcessIntent =
  | { action: 'set-process'; process: Process['settings'] }
  | { action: 'remove-process'; name: string };
/** Whose plan is another noun's than the load balancer's. */
const nouns: Partial<Record<Intent['action'], string>> = {
  rotate: 'database',
  'set-redis': 'database',
  'remove-redis': 'database',
  'rotate-redis': 'database',
  'set-process': 'processes',
  'remove-process': 'processes',
};

/** What the intent would change, read anew each time it is looked at. */
export function usePlan(appId: string, intent: Intent | null): UseQueryResult<Plan> {
  return useQuery({
    queryKey: ['plan', appId, JSON.stringify(intent)],
    queryFn: ({ signal }) => {
      if (intent !== null && 'deploymentId' in intent) {
        const { deploymentId, ...body } = intent;
        return request<Plan>('POST', `/apps/${appId}/deployments/${deploymentId}/plan`, body, { signal });
      }
      const noun = (intent && nouns[intent.action]) ?? 'load-balancer';
      return request<Plan>('POST', `/apps/${appId}/${noun}/plan`, intent, { signal });
    },
    enabled: intent !== null,
    staleTime: 0,
    gcTime: 0,
  });
}
