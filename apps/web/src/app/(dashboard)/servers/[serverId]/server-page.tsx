'use client';
import type { Server } from '@fairlead/api/types';
import { Button, PageHeader, Panel, StateBadge } from '@fairlead/ui';
import { RefreshCw, Wrench } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { resources } from '../../../../data/resources.ts';
import { useAction } from '../../../../data/use-action.tsx';
import { useResource } from '../../../../data/use-resource.ts';
import { AsOf } from '../../../../parts/as-of.tsx';
import { LiveOperation } from '../../../../parts/live-operation.tsx';
import { LoadFailure } from '../../../../parts/load-failure.tsx';
import { OperationRow } from '../../../../parts/operation-row.tsx';
import { TextLink } from '../../../../parts/text-link.tsx';
import { count, formatMemory } from '../../../../parts/units.ts';
import { useMay } from '../../../../shell/me.tsx';
import { BringIn } from './bring-in.tsx';
import { RemoveServer } from './remove-server.tsx';
import { ServerFactsPanel } from './server-facts.tsx';
import { ServerApps, ServerChecks, ServerManaged } from './server-panels.tsx';
import { ServerSettings } from './server-settings.tsx';

const PrepareDialog = dynamic(() => import('./prepare-dialog.tsx').then((module) => module.PrepareDialog), {
  ssr: false,
});

/** Which of the steps to a ready server are still ahead. */
const settled = (server: Server) => server.status === 'ready' || server.preparedAt !== null;

function answer({ status, facts, apps }: Server): string {
  if (!facts) return status === 'new' ? 'Not connected yet.' : 'Nothing is known about this machine yet.';
  const parts = [
    facts.os.prettyName,
    count(facts.cores, 'core'),
    `${formatMemory(facts.memoryBytes)} of memory`,
  ];
  parts.push(apps.length === 0 ? 'no app' : apps.map((app) => app.name).join(', '));
  return parts.join(' · ');
}

function RecentOperations({ serverId }: { serverId: string }) {
  const operations = useResource(resources.operations({ serverId }));
  const items = operations.data?.items.slice(0, 6) ?? [];
  return (
    <Panel
      title="Operations"
      aside={<TextLink href={`/operations?serverId=${serverId}`}>All</TextLink>}
      flush
    >
      {items.length === 0 ? (
        <p className="px-4 pb-4 text-ink-muted text-sm">Nothing has run on this server yet.</p>
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

/** What this machine is, what Fairlead did to it, and how it is reached. */
export function ServerPage({ serverId }: { serverId: string }) {
  const may = useMay();
  const query = useResource(resources.server(serverId));
  const [preparing, setPreparing] = useState(false);
  const check = useAction({ failure: 'Could not start the check' });
  const server = query.data;
  if (!server) return query.isError ? <LoadFailure query={query} what="this server" /> : null;
  const busy = server.activeOperation !== null;
  return (
    <>
      <PageHeader
        above={<TextLink href="/servers">Servers</TextLink>}
        title={server.name}
        state={<StateBadge state={server.status} variant="pill" />}
        answer={
          <>
            {answer(server)} <AsOf at={server.lastSeenAt} />
          </>
        }
        actions={
          settled(server) ? (
            <>
              {may('server.check') ? (
                <Button
                  icon={<RefreshCw aria-hidden className="size-3.5" />}
                  disabled={busy}
                  pending={check.pending && 'Starting…'}
                  onClick={() => check.run({ method: 'POST', path: `/servers/${server.id}/check` })}
                >
                  Check connection
                </Button>
              ) : null}
              {may('server.prepare') ? (
                <Button
                  icon={<Wrench aria-hidden className="size-3.5" />}
                  disabled={busy}
                  onClick={() => setPreparing(true)}
                >
                  Prepare server
                </Button>
              ) : null}
            </>
          ) : null
        }
      />
      <div className="flex flex-col gap-5">
        {settled(server) ? (
          <>
            {server.activeOperation ? <LiveOperation operation={server.activeOperation} /> : null}
            {server.status !== 'ready' && !busy ? <ServerChecks server={server} /> : null}
          </>
        ) : (
          <BringIn server={server} onPrepare={() => setPreparing(true)} />
        )}
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <ServerFactsPanel server={server} />
          <div className="flex min-w-0 flex-col gap-5">
            <ServerApps server={server} />
            {server.preparedAt ? <ServerManaged server={server} /> : null}
            <RecentOperations serverId={server.id} />
          </div>
        </div>
        {may('server.update') ? (
          <details className="group">
            <summary className="w-fit cursor-pointer rounded-sm text-ink-muted text-sm hover:text-ink">
              Change name, address or user
            </summary>
            <div className="mt-3">
              <ServerSettings server={server} />
            </div>
          </details>
        ) : null}
        {may('server.remove') ? <RemoveServer server={server} /> : null}
      </div>
      {preparing ? <PrepareDialog server={server} open onOpenChange={setPreparing} /> : null}
    </>
  );
}
