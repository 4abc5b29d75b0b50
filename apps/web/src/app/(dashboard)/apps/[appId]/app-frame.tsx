'use client';
import type { App } from '@fairlead/api/types';
import { buttonClasses, LinkTabs, PageHeader, RelativeTime, Skeleton, StateBadge } from '@fairlead/ui';
import { ExternalLink } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { resources } from '../../../../data/resources.ts';
import { useResource } from '../../../../data/use-resource.ts';
import { appState, backendsInWords } from '../../../../parts/app-state.ts';
import { LiveOperation } from '../../../../parts/live-operation.tsx';
import { LoadFailure } from '../../../../parts/load-failure.tsx';
import { TextLink } from '../../../../parts/text-link.tsx';
import { shortCommit } from '../../../../parts/units.ts';
import { DeployButton } from './deploy-button.tsx';

const tabs = [
  ['', 'Overview'],
  ['/load-balancer', 'Load balancer'],
  ['/http', 'HTTP'],
  ['/tls', 'TLS'],
  ['/deployments', 'Deployments'],
  ['/processes', 'Processes'],
  ['/environment', 'Environment'],
  ['/database', 'Database'],
  ['/health', 'Health'],
  ['/config', 'Config'],
  ['/settings', 'Settings'],
] as const;

function Answer({ app }: { app: App }) {
  const { lastDeployment } = app;
  return (
    <>
      {app.status === 'new' ? 'Not deployed yet' : backendsInWords(app)}
      {lastDeployment ? (
        <>
          {' · '}
          {lastDeployment.commit ? (
            <code className="font-mono text-sm">{shortCommit(lastDeployment.commit)}</code>
          ) : (
            `deployment ${lastDeployment.number}`
          )}{' '}
          of {lastDeployment.tag ?? lastDeployment.branch},{' '}
          <RelativeTime at={lastDeployment.finishedAt ?? lastDeployment.createdAt} />
        </>
      ) : null}
    </>
  );
}

/** What every page of one app stands in: its name, its state, its pages, and what is being done to it. */
export function AppFrame({ appId, children }: { appId: string; children: ReactNode }) {
  const pathname = usePathname();
  const query = useResource(resources.app(appId));
  const app = query.data;
  const root = `/apps/${appId}`;
  const current = tabs.findLast(([path]) => pathname.startsWith(root + path))?.[0] ?? '';
  if (!app && query.isError) return <LoadFailure query={query} what="this app" />;
  return (
    <>
      <PageHeader
        className="mb-4"
        above={<TextLink href="/apps">Apps</TextLink>}
        title={app?.name ?? <Skeleton className="h-6 w-40" />}
        state={app ? <StateBadge state={appState(app)} variant="pill" /> : null}
        answer={app ? <Answer app={app} /> : <Skeleton className="mt-1 h-4 w-64" />}
        actions={
          app ? (
            <>
              {app.url && app.status === 'live' ? (
                <Link href={app.url} target="_blank" rel="noreferrer" className={buttonClasses()}>
                  Open
                  <ExternalLink aria-hidden className="size-3.5" />
                </Link>
              ) : null}
              <DeployButton app={app} />
            </>
          ) : null
        }
      />
      <LinkTabs
        label={`Pages of ${app?.name ?? 'the app'}`}
        link={Link}
        current={root + current}
        tabs={tabs.map(([path, label]) => ({ href: root + path, label }))}
      />
      <div className="flex flex-col gap-5 pt-5">
        {app?.activeOperation ? <LiveOperation operation={app.activeOperation} /> : null}
        {children}
      </div>
    </>
  );
}
