import type { Server } from '@fairlead/api/types';
import { type Column, CopyButton, RelativeTime, rowLinkClasses, StateBadge, Table } from '@fairlead/ui';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { count, formatBytes, formatMemory } from '../../../parts/units.ts';

const none = <span className="text-ink-faint">–</span>;

const columns: Column<Server>[] = [
  {
    key: 'name',
    header: 'Name',
    primary: true,
    cell: (server) => (
      <Link href={`/servers/${server.id}`} className={rowLinkClasses}>
        {server.name}
      </Link>
    ),
  },
  {
    key: 'state',
    header: 'State',
    cell: (server) => <StateBadge state={server.activeOperation ? busyState(server) : server.status} />,
  },
  {
    key: 'address',
    header: 'Address',
    cell: (server) => (
      <span className="inline-flex items-center gap-1 font-mono text-xs">
        {server.address}
        {server.port === 22 ? '' : `:${server.port}`}
        <CopyButton text={server.address} label={`Copy address of ${server.name}`} />
      </span>
    ),
  },
  {
    key: 'system',
    only: 'table',
    header: 'System',
    from: 'lg',
    cell: ({ facts }) => (facts ? <span className="whitespace-nowrap">{systemName(facts.os)}</span> : none),
  },
  { key: 'cores', only: 'table', header: 'Cores', align: 'right', cell: ({ facts }) => facts?.cores ?? none },
  {
    key: 'memory',
    only: 'table',
    header: 'Memory',
    align: 'right',
    cell: ({ facts }) =>
      facts ? <span className="whitespace-nowrap">{formatMemory(facts.memoryBytes)}</span> : none,
  },
  {
    key: 'disk',
    only: 'table',
    header: 'Disk free',
    align: 'right',
    from: 'md',
    cell: ({ facts }) =>
      facts ? <span className="whitespace-nowrap">{formatBytes(facts.diskFreeBytes)}</span> : none,
  },
  {
    key: 'machine',
    header: 'Machine',
    only: 'card',
    cell: ({ facts }) =>
      facts
        ? `${systemName(facts.os)} · ${count(facts.cores, 'core')} · ${formatMemory(facts.memoryBytes)}`
        : none,
  },
  {
    key: 'apps',
    header: 'Apps',
    from: 'md',
    cell: ({ apps }) => (apps.length === 0 ? none : apps.map((app) => app.name).join(', ')),
  },
  {
    key: 'seen',
    header: 'Last seen',
    align: 'right',
    from: 'lg',
    cell: (server) => <RelativeTime at={server.lastSeenAt} className="text-ink-muted" />,
  },
];

/** `Debian 12` of `Debian GNU/Linux 12 (bookworm)`; testing has no number, but a name. */
function systemName(os: { id: string; versionId: string; codename: string }): string {
  return `${os.id.charAt(0).toUpperCase()}${os.id.slice(1)} ${os.versionId || os.codename}`;
}

function busyState(server: Server): string {
  return server.activeOperation?.kind === 'server.prepare' ? 'preparing' : 'checking';
}

/** Servers with what they are made of and what runs on them. */
export function ServerTable({ servers, empty }: { servers: Server[]; empty: ReactNode }) {
  return (
    <Table label="Servers" columns={columns} rows={servers} rowKey={(server) => server.id} empty={empty} />
  );
}
