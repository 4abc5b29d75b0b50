import type { App, LoadBalancer, Operation, OperationWithSteps, Server } from '@fairlead/api/types';
import type { QueryClient } from '@tanstack/react-query';

/** What `/api/v1/events` says: a row of this kind has changed. */
export interface ChangeEvent {
  t: string;
  id: string;
}

/** Which reads an event makes stale; a prefix of their keys. */
export function staleKeys({ t, id }: ChangeEvent): string[][] {
  switch (t) {
    case 'server':
      return [['servers'], ['overview']];
    case 'app':
    case 'load-balancer':
    case 'backend':
    case 'deployment':
      return [['apps'], ['overview'], ['servers']];
    case 'health':
      return [['apps'], ['overview']];
    case 'operation':
      return [['operations', 'one', id], ['operations', 'list'], ['apps'], ['servers'], ['overview']];
    case 'log':
      return [['log', id]];
    case 'token':
      return [['tokens'], ['audit']];
    case 'organization':
      return [['me'], ['audit'], ['ssh-key']];
    case 'gap':
      return [[]]; // something was missed: all of it
    default:
      return [];
  }
}

/** Puts an operation that was just accepted where it will be looked for, before anything is read again. */
export function rememberOperation(client: QueryClient, operation: Operation): void {
  client.setQueryData<OperationWithSteps>(['operations', 'one', operation.id], (known) => ({
    ...operation,
    steps: known?.steps ?? [],
  }));
  const { appId, serverId } = operation;
  if (appId) {
    client.setQueryData<App>(['apps', appId], (app) => app && { ...app, activeOperation: operation });
    client.setQueryData<LoadBalancer>(
      ['apps', appId, 'load-balancer'],
      (balancer) => balancer && { ...balancer, activeOperation: operation },
    );
  }
  if (serverId) {
    client.setQueryData<Server>(
      ['servers', serverId],
      (server) => server && { ...server, activeOperation: operation },
    );
  }
}
