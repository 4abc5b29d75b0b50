import type {
  AcmeAccount,
  App,
  AuditEntry,
  Certificate,
  Checklist,
  Config,
  ConfigSummary,
  Deployment,
  Domains,
  Drift,
  Environment,
  HealthRead,
  HostedDatabase,
  ImportList,
  LoadBalancer,
  Me,
  Operation,
  OperationWithSteps,
  Overview,
  Process,
  Redis,
  RepositoryAccess,
  Server,
  SetupStatus,
  SshKey,
  Token,
  Webhook,
} from '@fairlead/api/types';

/** Something that can be read: where, and under which key it is remembered. `T` is what the answer is. */
export interface Resource<T> {
  readonly key: readonly string[];
  readonly path: string;
  /** Never set; carries `T`. */
  readonly answer?: T;
}

interface List<T> {
  items: T[];
}
interface Page<T> extends List<T> {
  nextCursor: string | null;
}

const of = <T>(path: string, ...key: string[]): Resource<T> => ({ path, key });

export interface OperationFilter {
  status?: string;
  appId?: string;
  serverId?: string;
  cursor?: string;
}

function query(values: Record<string, string | undefined>): string {
  const entries = Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`;
}

/** Every read of the dashboard. Keys begin with the noun, so that an event about a noun finds them. */
export const resources = {
  setup: of<SetupStatus>('/setup', 'setup'),
  me: of<Me>('/me', 'me'),
  overview: of<Overview>('/overview', 'overview'),
  sshKey: of<SshKey>('/ssh-key', 'ssh-key'),
  servers: of<List<Server>>('/servers', 'servers'),
  server: (id: string) => of<Server>(`/servers/${id}`, 'servers', id),
  apps: of<List<App>>('/apps', 'apps'),
  app: (id: string) => of<App>(`/apps/${id}`, 'apps', id),
  domains: (id: string) => of<Domains>(`/apps/${id}/domains`, 'domains', id),
  environment: (id: string) => of<Environment>(`/apps/${id}/environment`, 'apps', id, 'environment'),
  deployments: (id: string) => of<Page<Deployment>>(`/apps/${id}/deployments`, 'apps', id, 'deployments'),
  deployment: (id: string, deploymentId: string) =>
    of<Deployment>(`/apps/${id}/deployments/${deploymentId}`, 'apps', id, 'deployments', deploymentId),
  loadBalancer: (id: string) => of<LoadBalancer>(`/apps/${id}/load-balancer`, 'apps', id, 'load-balancer'),
  checklist: (id: string) => of<Checklist>(`/apps/${id}/load-balancer/checklist`, 'apps', id, 'checklist'),
  health: (id: string, hours: number) =>
    of<HealthRead>(`/apps/${id}/health?hours=${hours}`, 'apps', id, 'health', String(hours)),
  configs: (id: string) => of<List<ConfigSummary>>(`/apps/${id}/configs`, 'apps', id, 'configs'),
  /** One generation and its diff: from `against`, or from the one before it. */
  config: (id: string, generation: number, against: number | null = null) => {
    const search = query({ against: against?.toString() });
    return of<Config>(
      `/apps/${id}/configs/${generation}${search}`,
      'apps',
      id,
      'configs',
      `${generation}${search}`,
    );
  },
  acmeAccount: of<AcmeAccount>('/acme-account', 'acme-account'),
  certificates: (id: string) => of<List<Certificate>>(`/apps/${id}/certificates`, 'apps', id, 'certificates'),
  hostedDatabase: (id: string) =>
    of<HostedDatabase>(`/apps/${id}/hosted-database`, 'apps', id, 'hosted-database'),
  processes: (id: string) => of<List<Process>>(`/apps/${id}/processes`, 'apps', id, 'processes'),
  redis: (id: string) => of<Redis>(`/apps/${id}/redis`, 'apps', id, 'redis'),
  repositoryAccess: (id: string) =>
    of<RepositoryAccess>(`/apps/${id}/repository-access`, 'apps', id, 'repository-access'),
  webhook: (id: string) => of<Webhook>(`/apps/${id}/webhook`, 'apps', id, 'webhook'),
  drift: (id: string) => of<List<Drift>>(`/apps/${id}/drift`, 'apps', id, 'drift'),
  imports: (id: string) => of<ImportList>(`/apps/${id}/imports`, 'apps', id, 'imports'),
  operations: (filter: OperationFilter = {}) => {
    const search = query({ ...filter });
    return of<Page<Operation>>(`/operations${search}`, 'operations', 'list', search);
  },
  operation: (id: string) => of<OperationWithSteps>(`/operations/${id}`, 'operations', 'one', id),
  tokens: of<List<Token>>('/tokens', 'tokens'),
  audit: (cursor?: string) => of<Page<AuditEntry>>(`/audit${query({ cursor })}`, 'audit', cursor ?? ''),
};
