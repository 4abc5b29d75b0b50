/** What accepting an intent would change, server by server. */
export interface PlanView {
  generation: number;
  servers: ServerPlan[];
  notes: PlanNote[];
}

export interface ServerPlan {
  serverId: string;
  name: string;
  files: PlannedFile[];
  firewall: {
    change: 'add' | 'remove';
    port: number;
    source: string;
    purpose: 'backend' | 'database' | 'redis' | 'stream';
  }[];
  grants: { change: 'add' | 'remove'; user: string; database: string; address: string }[];
  environment: { key: string; change: 'add' | 'change' | 'remove'; value: string | null }[];
  /** The commit that is built and started here. */
  deploys: string | null;
  prepares: boolean;
  reload: boolean;
  restarts: string[];
  /** Workers and cron entries that start, change or end here. */
  processes?: {
    change: 'add' | 'change' | 'remove';
    kind: 'worker' | 'timer';
    name: string;
    /** Instances of a worker. */
    count: number | null;
  }[];
}

export interface PlannedFile {
  path: string;
  before: string | null;
  after: string | null;
  /** Unified diff. */
  diff: string;
}

export interface PlanNote {
  level: 'info' | 'warning';
  text: string;
}
