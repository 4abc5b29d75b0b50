'use client';
import type { App, Backend } from '@fairlead/api/types';
import { defaultContainerPort } from '@fairlead/core/runtimes';
import { buttonClasses, Copyable, formatDuration, KeyValue, Note, Panel, Skeleton } from '@fairlead/ui';
import Link from 'next/link';
import { resources } from '../../../../data/resources.ts';
import { useResource } from '../../../../data/use-resource.ts';
import { AsOf } from '../../../../parts/as-of.tsx';
import { ExpiryNote } from '../../../../parts/expiry-note.tsx';
import { LoadFailure } from '../../../../parts/load-failure.tsx';
import { OperationRow } from '../../../../parts/operation-row.tsx';
import { runtimeNames } from '../../../../parts/runtime-names.ts';
import { TextLink } from '../../../../parts/text-link.tsx';
import { useMay } from '../../../../shell/me.tsx';
import { LivePicture } from './live-picture.tsx';
import { ProcessUsage } from './process-usage.tsx';
import { useApp } from './use-app.ts';

/** The runtime and, of Docker, what makes the image. */
function RuntimeText({ app }: { app: App }) {
  if (app.runtime !== 'docker') return runtimeNames[app.runtime];
  const service = app.containerService === null ? '' : `, service ${app.containerService}`;
  return (
    <span className="break-words">
      {runtimeNames.docker}: <code className="font-mono text-sm">{app.containerFile ?? 'Dockerfile'}</code>
      {`${service}, port ${app.containerPort ?? defaultContainerPort}`}
    </span>
  );
}

function Facts({ app, backends }: { app: App; backends: Backend[] }) {
  const running = backends.filter(({ memoryMib }) => memoryMib !== null);
  return (
    <Panel title="App">
      <KeyValue
        className="-my-2.5"
        rows={[
          {
            label: 'Repository',
            value: <Copyable text={app.repositoryUrl} label="Copy repository URL" />,
          },
          { label: 'Branch', value: <code className="font-mono text-sm">{app.branch}</code> },
          { label: 'Runtime', value: <RuntimeText app={app} /> },
          {
            label: 'Domains',
            value:
              app.domains.length > 0 ? (
                <span className="flex min-w-0 flex-col gap-1">
                  {app.domains.map((domain) => (
                    <Copyable key={domain} text={domain} label={`Copy ${domain}`} />
                  ))}
                </span>
              ) : (
                <span className="text-ink-muted">none; it answers on the balancer’s address</span>
              ),
          },
          {
            label: 'Primary server',
            value: <TextLink href={`/servers/${app.primaryServer.id}`}>{app.primaryServer.name}</TextLink>,
          },
          { label: 'Backend port', value: <span className="tabular">{app.port}</span> },
          {
            label: 'Health check',
            value: (
              <span>
                <code className="font-mono text-sm">{app.healthPath}</code>{' '}
                <span className="text-ink-muted">every {formatDuration(app.healthIntervalMs)}</span>
              </span>
            ),
          },
          ...running.map((backend) => ({
            label: `Processes on ${backend.server.name}`,
            value: <ProcessUsage backend={backend} />,
          })),
        ]}
      />
    </Panel>
  );
}

function Recent({ appId }: { appId: string }) {
  const operations = useResource(resources.operations({ appId }));
  const items = operations.data?.items.slice(0, 6) ?? [];
  return (
    <Panel title="Operations" aside={<TextLink href={`/operations?appId=${appId}`}>All</TextLink>} flush>
      {items.length === 0 ? (
        <p className="px-4 pb-4 text-ink-muted text-sm">Nothing has run for this app yet.</p>
      ) : (
        <div className="divide-y border-t">
          {items.map((operation) => (
            <OperationRow key={operation.id} operation={operation} />
          ))}
        </div>
      )}
    </Panel>
  );
}

function NextStep({ app }: { app: App }) {
  const may = useMay();
  if (app.status === 'new') {
    return (
      <Note>
        <b className="text-ink">Deploy it to see it run.</b> The first deployment brings {app.branch} to{' '}
        {app.primaryServer.name} alone; more servers join when you enable the load balancer.
      </Note>
    );
  }
  if (app.status !== 'live' || app.loadBalancer.status !== 'off' || !may('load-balancer.enable')) return null;
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-lg border border-dashed px-4 py-3">
      <p className="text-ink-muted text-sm">
        <b className="text-ink">One server takes every request.</b> With a load balancer others take their
        share, and one may fail.
      </p>
      <Link href={`/apps/${app.id}/load-balancer`} className={buttonClasses('secondary', 'sm')}>
        Look at load balancing
      </Link>
    </div>
  );
}

/** How requests travel through this app now. */
export function AppOverview({ appId }: { appId: string }) {
  const app = useApp(appId);
  const balancer = useResource(resources.loadBalancer(appId));
  if (!app) return null;
  const checkedAt = balancer.data?.backends.map((backend) => backend.healthCheckedAt).find(Boolean);
  return (
    <>
      <ExpiryNote app={app} isLinked />
      <NextStep app={app} />
      <Panel title="The way of a request" aside={<AsOf at={checkedAt} />}>
        {balancer.data ? (
          <LivePicture app={app} balancer={balancer.data} />
        ) : balancer.isError ? (
          <LoadFailure query={balancer} what="the load balancer" />
        ) : (
          <Skeleton className="h-48 rounded-lg" />
        )}
      </Panel>
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Facts app={app} backends={balancer.data?.backends ?? []} />
        <Recent appId={appId} />
      </div>
    </>
  );
}
