'use client';
import type { Server } from '@fairlead/api/types';
import { buttonClasses, EmptyState, PageHeader, TableSkeleton } from '@fairlead/ui';
import { Plus, Server as ServerIcon } from 'lucide-react';
import Link from 'next/link';
import { resources } from '../../../data/resources.ts';
import { useResource } from '../../../data/use-resource.ts';
import { LoadFailure } from '../../../parts/load-failure.tsx';
import { count } from '../../../parts/units.ts';
import { useMay } from '../../../shell/me.tsx';
import { ServerTable } from './server-table.tsx';

function answer(servers: Server[]): string {
  const ready = servers.filter((server) => server.status === 'ready').length;
  const lost = servers.filter((server) => ['unreachable', 'host_key_changed'].includes(server.status));
  const parts = [`${ready} of ${count(servers.length, 'server')} ready`];
  if (lost.length > 0) parts.push(`${lost.map((server) => server.name).join(', ')} out of reach`);
  return parts.join(' · ');
}

function AddServer() {
  return (
    <Link href="/servers/new" className={buttonClasses('primary')}>
      <Plus aria-hidden className="size-3.5" />
      Add server
    </Link>
  );
}

/** All machines, and how each one is. */
export function ServersPage() {
  const may = useMay();
  const servers = useResource(resources.servers);
  const items = servers.data?.items;
  return (
    <>
      <PageHeader
        title="Servers"
        answer={items && items.length > 0 ? answer(items) : 'The machines that your apps run on.'}
        actions={may('server.create') && items?.length !== 0 ? <AddServer /> : null}
      />
      {items ? (
        <ServerTable
          servers={items}
          empty={
            <EmptyState
              icon={<ServerIcon />}
              title="No server yet"
              action={may('server.create') ? <AddServer /> : undefined}
            >
              A server is any Debian or Ubuntu machine that you rent anywhere and reach by SSH. Fairlead signs
              in with a key of its own, which you authorise with one line.
            </EmptyState>
          }
        />
      ) : servers.isError ? (
        <LoadFailure query={servers} what="the servers" />
      ) : (
        <TableSkeleton label="Reading the servers" />
      )}
    </>
  );
}
