'use client';
import type { Overview } from '@fairlead/api/types';
import { PageHeader, Panel, Skeleton } from '@fairlead/ui';
import { Fragment } from 'react';
import { resources } from '../../../data/resources.ts';
import { useResource } from '../../../data/use-resource.ts';
import { DriftNote } from '../../../parts/drift-note.tsx';
import { ExpiryNote } from '../../../parts/expiry-note.tsx';
import { LoadFailure } from '../../../parts/load-failure.tsx';
import { OperationRow } from '../../../parts/operation-row.tsx';
import { TextLink } from '../../../parts/text-link.tsx';
import { AppHealthList } from './app-health-list.tsx';
import { fleetAnswer } from './fleet-answer.ts';
import { FleetList } from './fleet-list.tsx';
import { GettingStarted } from './getting-started.tsx';

/** What ended last. */
function Recently() {
  const operations = useResource(resources.operations());
  const ended = operations.data?.items.filter((operation) => operation.finishedAt !== null).slice(0, 5) ?? [];
  if (ended.length === 0) return null;
  return (
    <Panel title="Recently" aside={<TextLink href="/operations">All</TextLink>} flush>
      <div className="divide-y border-t">
        {ended.map((operation) => (
          <OperationRow key={operation.id} operation={operation} />
        ))}
      </div>
    </Panel>
  );
}

function Lists({ overview }: { overview: Overview }) {
  const { apps, servers, running, failed, gettingStarted } = overview;
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_21rem]">
      <div className="flex min-w-0 flex-col gap-5">
        {apps.map((app) => (
          <Fragment key={app.id}>
            <ExpiryNote app={app} isLinked />
            <DriftNote app={app} />
          </Fragment>
        ))}
        {gettingStarted.every((step) => step.done) ? null : <GettingStarted overview={overview} />}
        {apps.length > 0 ? <AppHealthList apps={apps} /> : null}
        {servers.length > 0 ? <Recently /> : null}
      </div>
      <div className="flex min-w-0 flex-col gap-5">
        <Panel title="Going on now" flush>
          {running.length === 0 ? (
            <p className="px-4 pb-4 text-ink-muted text-sm">Nothing is running.</p>
          ) : (
            <div className="divide-y border-t">
              {running.map((operation) => (
                <OperationRow key={operation.id} operation={operation} />
              ))}
            </div>
          )}
        </Panel>
        {failed.length > 0 ? (
          <Panel
            title="What went wrong"
            aside={<TextLink href="/operations?status=failed">All</TextLink>}
            flush
          >
            <div className="divide-y border-t">
              {failed.map((operation) => (
                <OperationRow key={operation.id} operation={operation} />
              ))}
            </div>
          </Panel>
        ) : null}
        {servers.length > 0 ? <FleetList servers={servers} /> : null}
      </div>
    </div>
  );
}

/** The fleet at a glance. */
export function OverviewPage() {
  const overview = useResource(resources.overview);
  return (
    <>
      <PageHeader
        title="Overview"
        answer={overview.data ? fleetAnswer(overview.data) : <Skeleton className="mt-1.5 h-4 w-64" />}
      />
      {overview.data ? (
        <Lists overview={overview.data} />
      ) : overview.isError ? (
        <LoadFailure query={overview} what="the overview" />
      ) : (
        <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_21rem]">
          <Skeleton className="h-72 rounded-lg" />
          <Skeleton className="h-40 rounded-lg" />
        </div>
      )}
    </>
  );
}
