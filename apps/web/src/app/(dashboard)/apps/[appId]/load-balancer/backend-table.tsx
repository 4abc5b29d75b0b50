'use client';
import type { App, Backend, LoadBalancer } from '@fairlead/api/types';
import { Button, type Column, ProgressBar, RelativeTime, StateBadge, Table } from '@fairlead/ui';
import { useState } from 'react';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { formatLatency, formatSocket, shortCommit } from '../../../../../parts/units.ts';
import { useMay } from '../../../../../shell/me.tsx';
import { ProcessUsage } from '../process-usage.tsx';
import { describeOptions } from './backend-options.ts';
import { BackendOptionsDialog, RemoveBackendDialog } from './plan-dialogs.tsx';
import { ServeSwitch } from './serve-switch.tsx';

function HealthCell({ backend }: { backend: Backend }) {
  if (backend.state === 'disabled' && backend.health === 'unknown')
    return <span className="text-ink-faint">–</span>;
  return (
    <span className="min-w-0 max-sm:text-right">
      <StateBadge state={backend.health} />
      {backend.healthReason ? (
        <span className="block max-w-64 truncate text-ink-muted text-xs" title={backend.healthReason}>
          {backend.healthReason}
        </span>
      ) : backend.healthCheckedAt ? (
        <RelativeTime at={backend.healthCheckedAt} className="block text-ink-faint text-xs" />
      ) : null}
    </span>
  );
}

/** Its state; while it comes back by steps, how far it has climbed. */
function StateCell({ backend }: { backend: Backend }) {
  const { slowStart, server, heldBack } = backend;
  if (heldBack !== null) {
    return (
      <span className="min-w-0 max-sm:text-right">
        <StateBadge state={backend.state} />
        <span className="block max-w-64 text-ink-muted text-xs">
          {heldBack === 'behind'
            ? 'Gets no visitors: it was away during a deployment, and is brought to the release once it can be reached.'
            : 'Gets no visitors while it switches.'}
        </span>
      </span>
    );
  }
  if (slowStart === null) return <StateBadge state={backend.state} />;
  return (
    <span className="flex min-w-0 flex-col gap-1 max-sm:items-end">
      <StateBadge state={backend.state} />
      <span className="text-ink-muted text-xs">Climbing: {slowStart.percent} % of its weight</span>
      <ProgressBar className="w-28" share={slowStart.percent / 100} label={`Slow start of ${server.name}`} />
    </span>
  );
}

interface BackendTableProps {
  app: App;
  balancer: LoadBalancer;
  /** Something is being done to this app; it has to end first. */
  busy: boolean;
}

/** The backends: each one's state and health, its switch, its way out. */
export function BackendTable({ app, balancer, busy }: BackendTableProps) {
  const may = useMay();
  const [removing, setRemoving] = useState<Backend | null>(null);
  const [configuring, setConfiguring] = useState<Backend | null>(null);
  const columns: Column<Backend>[] = [
    {
      key: 'server',
      header: 'Server',
      primary: true,
      cell: (backend) => (
        <span className="min-w-0">
          <span className="flex items-baseline gap-2">
            <TextLink href={`/servers/${backend.server.id}`} className="font-medium">
              {backend.server.name}
            </TextLink>
            {backend.role === 'primary' ? <span className="text-ink-faint text-xs">primary</span> : null}
          </span>
          <code className="font-mono text-ink-muted text-xs">
            {formatSocket(backend.address, backend.port)}
          </code>
        </span>
      ),
    },
    { key: 'state', header: 'State', cell: (backend) => <StateCell backend={backend} /> },
    { key: 'health', header: 'Health', cell: (backend) => <HealthCell backend={backend} /> },
    {
      key: 'share',
      header: 'Share',
      from: 'md',
      cell: (backend) => <span className="text-ink-muted text-sm">{describeOptions(backend)}</span>,
    },
    {
      key: 'latency',
      header: 'Latency',
      align: 'right',
      from: 'md',
      cell: ({ healthLatencyMs }) =>
        healthLatencyMs === null ? <span className="text-ink-faint">–</span> : formatLatency(healthLatencyMs),
    },
    {
      key: 'process',
      header: 'Process',
      align: 'right',
      from: 'lg',
      cell: (backend) => <ProcessUsage backend={backend} />,
    },
    {
      key: 'commit',
      header: 'Commit',
      from: 'lg',
      cell: ({ commit }) =>
        commit ? (
          <code className="font-mono text-xs">{shortCommit(commit)}</code>
        ) : (
          <span className="text-ink-faint">–</span>
        ),
    },
    {
      key: 'serve',
      header: 'Serves traffic',
      align: 'right',
      cell: (backend) => <ServeSwitch app={app} balancer={balancer} backend={backend} busy={busy} />,
    },
    {
      key: 'remove',
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (backend) => (
        <span className="inline-flex gap-1">
          {may('backend.configure') ? (
            <Button
              size="sm"
              variant="ghost"
              disabled={busy}
              aria-label={`Options of ${backend.server.name}`}
              onClick={() => setConfiguring(backend)}
            >
              Options
            </Button>
          ) : null}
          {backend.role !== 'primary' && may('backend.remove') ? (
            <Button
              size="sm"
              variant="ghost"
              disabled={busy}
              aria-label={`Remove ${backend.server.name}`}
              onClick={() => setRemoving(backend)}
            >
              Remove
            </Button>
          ) : null}
        </span>
      ),
    },
  ];
  return (
    <>
      <Table label="Backends" columns={columns} rows={balancer.backends} rowKey={(backend) => backend.id} />
      {configuring ? (
        <BackendOptionsDialog app={app} backend={configuring} onClose={() => setConfiguring(null)} />
      ) : null}
      {removing ? (
        <RemoveBackendDialog app={app} backend={removing} onClose={() => setRemoving(null)} />
      ) : null}
    </>
  );
}
