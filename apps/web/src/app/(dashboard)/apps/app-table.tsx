'use client';
import type { App } from '@fairlead/api/types';
import { type Column, HealthBar, RelativeTime, rowLinkClasses, StateBadge, Table } from '@fairlead/ui';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { resources } from '../../../data/resources.ts';
import { useResource } from '../../../data/use-resource.ts';
import { appState, backendsInWords } from '../../../parts/app-state.ts';
import { appSlots, emptySlots } from '../../../parts/health-slots.ts';
import { shortCommit } from '../../../parts/units.ts';

function LastDay({ app }: { app: App }) {
  const health = useResource(resources.health(app.id, 24), { enabled: app.status !== 'new' });
  return (
    <HealthBar
      className="w-full min-w-44 max-sm:max-w-44"
      label={`Health of ${app.name} in the last 24 hours`}
      slots={health.data ? appSlots(health.data) : emptySlots}
    />
  );
}

const columns: Column<App>[] = [
  {
    key: 'name',
    header: 'Name',
    primary: true,
    cell: (app) => (
      <span className="min-w-0">
        <Link href={`/apps/${app.id}`} className={rowLinkClasses}>
          {app.name}
        </Link>
        <span className="block truncate text-ink-muted text-xs">
          {app.domains[0] ?? `${app.primaryServer.address}, no domain`}
        </span>
      </span>
    ),
  },
  {
    key: 'state',
    header: 'State',
    cell: (app) => (
      <StateBadge state={appState(app)} label={app.status === 'live' ? backendsInWords(app) : undefined} />
    ),
  },
  { key: 'health', header: 'Last 24 hours', width: 'w-64', from: 'md', cell: (app) => <LastDay app={app} /> },
  {
    key: 'balancer',
    header: 'Load balancer',
    from: 'lg',
    cell: (app) => <StateBadge state={app.loadBalancer.status} />,
  },
  {
    key: 'deployed',
    header: 'Last deployment',
    align: 'right',
    cell: ({ lastDeployment }) =>
      lastDeployment ? (
        <span className="whitespace-nowrap text-ink-muted">
          {lastDeployment.commit ? (
            <code className="mr-2 font-mono text-xs">{shortCommit(lastDeployment.commit)}</code>
          ) : null}
          <RelativeTime at={lastDeployment.finishedAt ?? lastDeployment.createdAt} />
        </span>
      ) : (
        <span className="text-ink-faint">never</span>
      ),
  },
];

/** Apps with their last day. */
export function AppTable({ apps, empty }: { apps: App[]; empty: ReactNode }) {
  return <Table label="Apps" columns={columns} rows={apps} rowKey={(app) => app.id} empty={empty} />;
}
