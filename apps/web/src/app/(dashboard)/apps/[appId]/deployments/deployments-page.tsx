'use client';
import type { Deployment } from '@fairlead/api/types';
import {
  Button,
  type Column,
  Elapsed,
  EmptyState,
  RelativeTime,
  rowLinkClasses,
  StateBadge,
  Table,
  TableSkeleton,
} from '@fairlead/ui';
import { Rocket } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';
import { shortCommit } from '../../../../../parts/units.ts';
import { useMay } from '../../../../../shell/me.tsx';
import { useApp } from '../use-app.ts';
import { RollbackButton } from './rollback-button.tsx';

const DeployDialog = dynamic(() => import('./deploy-dialog.tsx').then((module) => module.DeployDialog), {
  ssr: false,
});

const CanaryDialog = dynamic(() => import('./canary-dialog.tsx').then((module) => module.CanaryDialog), {
  ssr: false,
});

const columns: Column<Deployment>[] = [
  {
    key: 'number',
    header: 'Deployment',
    primary: true,
    cell: (deployment) => (
      <span className="min-w-0">
        <Link href={`/apps/${deployment.appId}/deployments/${deployment.id}`} className={rowLinkClasses}>
          #{deployment.number}
        </Link>
        <span className="block max-w-80 truncate text-ink-muted text-xs">
          {deployment.rollbackTo
            ? `back to #${deployment.rollbackTo.number}`
            : (deployment.commitMessage ?? deployment.tag ?? `newest commit of ${deployment.branch}`)}
        </span>
      </span>
    ),
  },
  { key: 'status', header: 'State', cell: (deployment) => <StateBadge state={deployment.status} /> },
  {
    key: 'commit',
    header: 'Commit',
    cell: (deployment) => (
      <span className="whitespace-nowrap text-ink-muted">
        {deployment.commit ? (
          <code className="font-mono text-xs">{shortCommit(deployment.commit)}</code>
        ) : (
          'not known yet'
        )}{' '}
        of {deployment.tag ?? deployment.branch}
      </span>
    ),
  },
  { key: 'by', header: 'By', from: 'lg', cell: (deployment) => deployment.createdBy?.name ?? 'Fairlead' },
  {
    key: 'took',
    header: 'Took',
    align: 'right',
    from: 'md',
    cell: (deployment) => <Elapsed from={deployment.createdAt} to={deployment.finishedAt} />,
  },
  {
    key: 'when',
    header: 'Started',
    align: 'right',
    cell: (deployment) => <RelativeTime at={deployment.createdAt} className="text-ink-muted" />,
  },
  {
    key: 'actions',
    header: 'Actions',
    quiet: true,
    align: 'right',
    cell: (deployment) => <RollbackButton deployment={deployment} />,
  },
];

/** What was brought to the backends, newest first. */
export function DeploymentsPage({ appId }: { appId: string }) {
  const may = useMay();
  const app = useApp(appId);
  const [asking, setAsking] = useState<'revision' | 'canary' | null>(null);
  const deployments = useResource(resources.deployments(appId));
  if (!deployments.data) {
    return deployments.isError ? (
      <LoadFailure query={deployments} what="the deployments" />
    ) : (
      <TableSkeleton label="Reading the deployments" />
    );
  }
  return (
    <>
      {app && may('deployment.start') && app.status !== 'removing' ? (
        <div className="flex flex-wrap justify-end gap-2">
          {app.loadBalancer.enabled ? (
            <Button size="sm" disabled={app.activeOperation !== null} onClick={() => setAsking('canary')}>
              Deploy as a canary
            </Button>
          ) : null}
          <Button size="sm" disabled={app.activeOperation !== null} onClick={() => setAsking('revision')}>
            Deploy a tag or commit
          </Button>
        </div>
      ) : null}
      <Table
        label="Deployments"
        columns={columns}
        rows={deployments.data.items}
        rowKey={(deployment) => deployment.id}
        empty={
          <EmptyState icon={<Rocket />} title="Nothing deployed yet">
            A deployment takes the newest commit of the branch, builds it on every backend side by side,
            starts it, probes it, and only then lets it serve. Press Deploy above.
          </EmptyState>
        }
      />
      {app && asking === 'revision' ? (
        <DeployDialog app={app} open onOpenChange={() => setAsking(null)} />
      ) : null}
      {app && asking === 'canary' ? <CanaryDialog app={app} onClose={() => setAsking(null)} /> : null}
    </>
  );
}
