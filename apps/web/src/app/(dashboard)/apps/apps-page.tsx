'use client';
import type { App } from '@fairlead/api/types';
import { buttonClasses, EmptyState, PageHeader, TableSkeleton } from '@fairlead/ui';
import { Layers, Plus } from 'lucide-react';
import Link from 'next/link';
import { resources } from '../../../data/resources.ts';
import { useResource } from '../../../data/use-resource.ts';
import { LoadFailure } from '../../../parts/load-failure.tsx';
import { count } from '../../../parts/units.ts';
import { useMay } from '../../../shell/me.tsx';
import { AppTable } from './app-table.tsx';

function answer(apps: App[]): string {
  const live = apps.filter((app) => app.status === 'live').length;
  const healthy = apps.reduce((sum, app) => sum + app.backends.healthy, 0);
  const enabled = apps.reduce((sum, app) => sum + app.backends.enabled, 0);
  return `${live} of ${count(apps.length, 'app')} live · ${healthy} of ${count(enabled, 'backend')} healthy`;
}

function NewApp() {
  return (
    <Link href="/apps/new" className={buttonClasses('primary')}>
      <Plus aria-hidden className="size-3.5" />
      New app
    </Link>
  );
}

/** All apps, and how each one is. */
export function AppsPage() {
  const may = useMay();
  const apps = useResource(resources.apps);
  const items = apps.data?.items;
  return (
    <>
      <PageHeader
        title="Apps"
        answer={items && items.length > 0 ? answer(items) : 'What you deploy from Git.'}
        actions={may('app.create') && items?.length !== 0 ? <NewApp /> : null}
      />
      {items ? (
        <AppTable
          apps={items}
          empty={
            <EmptyState
              icon={<Layers />}
              title="No app yet"
              action={may('app.create') ? <NewApp /> : undefined}
            >
              An app is a Git repository with its start command. It is deployed to one server first; more
              servers join when you enable its load balancer.
            </EmptyState>
          }
        />
      ) : apps.isError ? (
        <LoadFailure query={apps} what="the apps" />
      ) : (
        <TableSkeleton label="Reading the apps" />
      )}
    </>
  );
}
