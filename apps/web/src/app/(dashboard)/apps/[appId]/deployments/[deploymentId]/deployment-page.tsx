'use client';
import type { Deployment, Release } from '@fairlead/api/types';
import {
  Copyable,
  Elapsed,
  ErrorNote,
  Panel,
  RelativeTime,
  Skeleton,
  StateBadge,
  stateLook,
  toneClasses,
} from '@fairlead/ui';
import { clsx } from 'clsx';
import { resources } from '../../../../../../data/resources.ts';
import { useResource } from '../../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../../parts/load-failure.tsx';
import { TextLink } from '../../../../../../parts/text-link.tsx';
import { shortCommit } from '../../../../../../parts/units.ts';
import { RollbackButton } from '../rollback-button.tsx';
import { CanaryPanel } from './canary-panel.tsx';
import { DeploymentLogs } from './deployment-logs.tsx';

/** One backend's way through the deployment. */
function Lane({ release }: { release: Release }) {
  const { tone } = stateLook(release.status);
  return (
    <li className="relative overflow-hidden rounded-lg border bg-surface p-3.5 shadow-card">
      <span aria-hidden className={clsx('absolute inset-x-0 top-0 h-0.5', toneClasses[tone].fill)} />
      <div className="flex items-baseline justify-between gap-3">
        <TextLink href={`/servers/${release.serverId}`} className="truncate font-medium text-sm">
          {release.serverName}
        </TextLink>
        {release.startedAt ? (
          <Elapsed
            from={release.startedAt}
            to={release.finishedAt ?? (release.status === 'building' ? null : release.startedAt)}
            className="text-ink-muted text-xs"
          />
        ) : null}
      </div>
      <StateBadge state={release.status} className="mt-1.5" />
      {release.error ? (
        <ErrorNote error={{ ...release.error, server: undefined }} className="mt-2.5" />
      ) : null}
    </li>
  );
}

function Head({ deployment }: { deployment: Deployment }) {
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
      <div className="min-w-0">
        <h2 className="flex items-center gap-3 text-lg">
          Deployment {deployment.number} <StateBadge state={deployment.status} variant="pill" />
        </h2>
        <p className="mt-0.5 break-words text-ink-muted">
          {deployment.rollbackTo
            ? `Back to deployment ${deployment.rollbackTo.number}`
            : (deployment.commitMessage ?? `Newest commit of ${deployment.branch}`)}
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-x-4 text-ink-muted text-sm">
        {deployment.commit ? (
          <Copyable text={deployment.commit} shown={shortCommit(deployment.commit)} label="Copy commit" />
        ) : null}
        <span>{deployment.tag ?? deployment.branch}</span>
        <span>{deployment.createdBy?.name ?? 'Fairlead'}</span>
        <RelativeTime at={deployment.createdAt} />
        <Elapsed from={deployment.createdAt} to={deployment.finishedAt} />
        <RollbackButton deployment={deployment} />
      </div>
    </div>
  );
}

/** One deployment: a lane for each backend, and what they say. */
export function DeploymentPage({ appId, deploymentId }: { appId: string; deploymentId: string }) {
  const query = useResource(resources.deployment(appId, deploymentId));
  const deployment = query.data;
  if (!deployment) {
    return query.isError ? (
      <LoadFailure query={query} what="this deployment" />
    ) : (
      <Skeleton className="h-64 rounded-lg" />
    );
  }
  const live = deployment.status === 'running' || deployment.status === 'queued';
  return (
    <>
      <Head deployment={deployment} />
      {deployment.canary ? <CanaryPanel deployment={deployment} canary={deployment.canary} /> : null}
      {deployment.releases.length > 0 ? (
        <ul aria-label="Backends" className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
          {deployment.releases.map((release) => (
            <Lane key={release.id} release={release} />
          ))}
        </ul>
      ) : (
        <Panel>
          <p className="text-ink-muted text-sm">
            {live ? 'The branch is being resolved to a commit.' : 'No backend was reached.'}
          </p>
        </Panel>
      )}
      {deployment.operationId ? (
        <>
          <DeploymentLogs deployment={deployment} live={live} />
          <p className="text-ink-muted text-sm">
            Steps, retry and cancel are on{' '}
            <TextLink href={`/operations/${deployment.operationId}`}>its operation</TextLink>.
          </p>
        </>
      ) : null}
    </>
  );
}
