'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button, type Column, Copyable, Note, Table } from '@fairlead/ui';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { RemoveStreamDialog, StreamDialog } from './plan-dialogs.tsx';
import { describeAllowed, describeStream, type Stream } from './streams.ts';

interface StreamsPanelProps {
  app: App;
  balancer: LoadBalancer;
  /** Something is being done to this app; it has to end first. */
  busy: boolean;
}

function Endpoint({ balancer, stream }: { balancer: LoadBalancer; stream: Stream }) {
  const { address } = balancer.balancerServer;
  const host = stream.serverNames[0] ?? (address.includes(':') ? `[${address}]` : address);
  return (
    <span className="min-w-0">
      <span className="block font-medium">{stream.name}</span>
      <span className="flex items-baseline gap-x-1.5 whitespace-nowrap text-ink-muted text-xs">
        <Copyable
          text={`${host}:${stream.listenPort}`}
          shown={`:${stream.listenPort}`}
          label={`Copy address of ${stream.name}`}
        />
        <span>leads to</span>
        <code className="font-mono">:{stream.backendPort}</code>
      </span>
    </span>
  );
}

/** Ports of the balancer beside HTTP: raw TCP, and TLS that is passed through by name. */
export function StreamsPanel({ app, balancer, busy }: StreamsPanelProps) {
  const may = useMay();
  const { streams, streamsRefusal, balancerServer } = balancer;
  // An index of the list: its length stands for a new one.
  const [editing, setEditing] = useState<number | null>(null);
  const [removing, setRemoving] = useState<number | null>(null);
  const mayChange = may('load-balancer.change');
  const columns: Column<Stream>[] = [
    {
      key: 'stream',
      header: 'Stream',
      primary: true,
      cell: (stream) => <Endpoint balancer={balancer} stream={stream} />,
    },
    {
      key: 'names',
      header: 'Takes',
      cell: ({ serverNames }) =>
        serverNames.length === 0 ? (
          <span className="text-ink-muted">every connection</span>
        ) : (
          <span className="flex min-w-0 flex-col break-all font-mono text-xs max-sm:text-right">
            {serverNames.map((name) => (
              <span key={name}>{name}</span>
            ))}
          </span>
        ),
    },
    {
      key: 'options',
      header: 'Method and options',
      cell: (stream) => <span className="text-ink-muted max-sm:text-right">{describeStream(stream)}</span>,
    },
    {
      key: 'allowed',
      header: 'Open to',
      from: 'md',
      cell: (stream) => <span className="text-ink-muted max-sm:text-right">{describeAllowed(stream)}</span>,
    },
    {
      key: 'actions',
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (stream) =>
        mayChange ? (
          <span className="inline-flex gap-1">
            <Button
              size="sm"
              variant="ghost"
              disabled={busy || streamsRefusal !== null}
              aria-label={`Edit ${stream.name}`}
              onClick={() => setEditing(streams.indexOf(stream))}
            >
              Edit
            </Button>
            <Button
              size="sm"
              variant="ghost"
              disabled={busy}
              aria-label={`Remove ${stream.name}`}
              onClick={() => setRemoving(streams.indexOf(stream))}
            >
              Remove
            </Button>
          </span>
        ) : null,
    },
  ];
  return (
    <section aria-label="TCP streams" className="flex flex-col gap-3">
      <div className="flex items-end justify-between gap-4">
        <div className="min-w-0">
          <h2 className="text-base">TCP</h2>
          <p className="text-ink-muted text-sm">
            Ports of {balancerServer.name} that lead to a service on the backends: a database, a broker, TLS
            by name.
          </p>
        </div>
        {mayChange ? (
          <Button
            disabled={busy || streamsRefusal !== null || app.status === 'new'}
            icon={<Plus aria-hidden className="size-3.5" />}
            onClick={() => setEditing(streams.length)}
          >
            Add stream
          </Button>
        ) : null}
      </div>
      {streamsRefusal === null ? null : (
        <Note>
          {streamsRefusal} <TextLink href={`/servers/${balancerServer.id}`}>Go to the server</TextLink>
        </Note>
      )}
      <Table
        label="TCP streams"
        columns={columns}
        rows={streams}
        rowKey={(stream) => stream.name}
        empty={
          <p className="rounded-lg border border-dashed px-4 py-5 text-ink-muted text-sm">
            None. HTTP needs no stream; a service of another protocol gets its connections shared out by one.
          </p>
        }
      />
      {editing === null ? null : (
        <StreamDialog app={app} balancer={balancer} index={editing} onClose={() => setEditing(null)} />
      )}
      {removing === null ? null : (
        <RemoveStreamDialog
          app={app}
          balancer={balancer}
          index={removing}
          onClose={() => setRemoving(null)}
        />
      )}
    </section>
  );
}
